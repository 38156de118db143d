/** Of several servers over one database one fetches advisories; when it dies, another goes on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../src/domain/time.ts';
import { runAssay } from '../support/assay-command.ts';
import { type AssayServer, startAssay } from '../support/assay-server.ts';
import { ONLINE } from '../support/assay-service.ts';
import { debianRecord, startFeedMirror } from '../support/feed-mirror.ts';
import { createTestDatabase, postgresPrograms } from '../support/postgres.ts';

const NOW = Date.now() * 1000;

describe.skipIf(!postgresPrograms)('of two servers over one database (needs postgres)', () => {
  it(
    'one fetches at a time, and the other when that one is gone',
    { timeout: 90_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'assay-leaders-'));
      const database = await createTestDatabase();
      const source = await startFeedMirror();
      const password = join(folder, 'password');
      writeFileSync(password, `${database.password}\n`);
      let under = 0;
      let most = 0;
      source.publish({ Debian: [debianRecord('A-1', NOW - DAY)] });
      // Slow enough that two at once would be seen.
      source.intercept((request, response) => {
        under += 1;
        most = Math.max(most, under);
        setTimeout(() => {
          under -= 1;
          response.writeHead(request.url === '/Debian/all.zip' ? 503 : 404).end();
        }, 300);
        return true;
      });
      const feeds = [
        '--advisories-source',
        'osv',
        '--osv-url',
        source.url,
        '--ecosystem',
        'Debian',
      ];
      const store = ['--database', database.url, '--database-password-file', password];
      const args = [...store, '--advisories-refresh', '1s', ...feeds];
      await runAssay(['migrate', ...store]);
      const start = (name: string): Promise<AssayServer> =>
        startAssay({ env: ONLINE, args, data: join(folder, name) });
      const [one, two] = [await start('one'), await start('two')];
      try {
        await expect.poll(() => source.log.length, { timeout: 20_000 }).toBeGreaterThan(9);
        expect(most).toBe(1);
        source.intercept(undefined);
        await one.kill();
        const token = readFileSync(one.tokenFile, 'utf8').trim();
        const ask = async (): Promise<unknown> =>
          (await two.call('/api/v1/advisories', { token })).json;
        await expect
          .poll(ask, { timeout: 60_000, interval: 1000 })
          .toMatchObject({ result: [{ ecosystem: 'Debian:12', records: 1 }] });
      } finally {
        await two.stop();
        await source.close();
        await database.drop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
