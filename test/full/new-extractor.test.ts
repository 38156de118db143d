/**
 * After an upgrade whose extractor finds more: a server that starts over the folder of an earlier
 * one reads the images anew from a real registry, and their answer changes once that is done.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { runAssay } from '../support/assay-command.ts';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { startStockRegistry } from '../support/stock-registry.ts';

const program = realProgram('docker-registry');
const SOON = { timeout: 60_000, interval: 100 };
const root = mkdtempSync(join(tmpdir(), 'assay-reread-'));
const data = join(root, 'data');
afterAll(() => rmSync(root, { recursive: true }));

const start = (workers: number): Promise<AssayServer> =>
  startAssay({ data, args: ['--log-level', 'silent', '--scan-workers', String(workers)] });

/** Pushes an image of one package; answers its digest. */
async function push(registry: string, repository: string, name: string): Promise<Digest> {
  const layout = openLayout(join(root, name));
  const files = [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus([`${name} 1.0`])],
  ] as const;
  const digest = layout.addImage([await addLayer(layout, files)]);
  await pushImage(layout, digest, { registry, repository, tags: ['v1'] });
  return digest;
}

/** Makes the folder one of extractor 1, which took the one image for what the other is. */
function rewind(misread: Digest, takenFor: Digest): void {
  const database = new DatabaseSync(join(data, 'assay.db'));
  const swap = `update image set (package_set, set_number) =
    (select package_set, set_number from image where digest = ?) where digest = ?`;
  expect(database.prepare(swap).run(takenFor, misread).changes).toBe(1);
  database.exec('update image set extractor_version = 1 where extractor_version > 1');
  database.exec('update layer_facts set extractor_version = 1');
  database.close();
}

async function standing(server: AssayServer, image: string): Promise<unknown> {
  const path = `/api/v1/projects/default/images/${encodeURIComponent(image)}`;
  return valueAt((await server.call(path)).json, 'result');
}

describe.skipIf(!program)('a new extractor (needs docker-registry)', { timeout: 120_000 }, () => {
  it('has images read anew, in a registry of our own network where a watch says so', async () => {
    const registry = await startStockRegistry(program ?? '');
    const host = registry.url.replace('http://', '');
    const misread = await push(registry.url, 'team/app', 'found');
    const other = await push(registry.url, 'elsewhere/app', 'elder');
    const watched = `${host}/team/app@${misread}`;
    const unwatched = `${host}/elsewhere/app@${other}`;
    const records = (['found', 'elder'] as const).map(
      (name) => [`CVE-${name}`, osvRecord(`CVE-${name}`, name)] as const,
    );
    await runAssay([
      'advisories',
      'import',
      writeOsvExport(root, records),
      '--complete',
      '--data',
      data,
    ]);
    for (const image of [watched, unwatched]) await runAssay(['scan', image, '--data', data]);
    rewind(misread, other);

    const idle = await start(0);
    const body = { pattern: `${host}/team/*` };
    await idle.call('/api/v1/projects/default/watches', { body });
    const old = { standing: 'COMPLETE', analysis: { extractorVersion: 1 } };
    expect(await standing(idle, watched)).toMatchObject(old);
    expect(await findingsOf(idle, watched)).toEqual(['CVE-elder']);
    await idle.stop();

    const server = await start(1);
    try {
      const anew = { standing: 'COMPLETE', analysis: { extractorVersion: expect.any(Number) } };
      await vi.waitFor(async () => {
        expect(await findingsOf(server, watched)).toEqual(['CVE-found']);
      }, SOON);
      expect(await standing(server, watched)).toMatchObject(anew);
      expect(await standing(server, watched)).not.toMatchObject(old);
      await vi.waitFor(async () => {
        const refused = { asked: { progress: 'FAILED', origin: 're-read' } };
        expect(await standing(server, unwatched)).toMatchObject({ ...old, ...refused });
      }, SOON);
      expect(await findingsOf(server, unwatched)).toEqual(['CVE-elder']);
    } finally {
      await server.stop();
      await registry.stop();
    }
  });
});

/** The ids of what a project's occurrences say of an image. */
async function findingsOf(server: AssayServer, image: string): Promise<readonly string[]> {
  const filter = `kind="VULNERABILITY" AND resourceUrl="https://${image}"`;
  const path = `/v1/projects/default/occurrences?filter=${encodeURIComponent(filter)}`;
  const { json } = await server.call(path);
  const { occurrences = [] } = json as { occurrences?: readonly { noteName: string }[] };
  return occurrences.map(({ noteName }) => noteName.replace(/.*\//, ''));
}
