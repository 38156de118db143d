/** A mirror of real records, fetched by the command: once as a whole, then what changed and no more. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatTime } from '../../src/domain/time.ts';
import { readZip } from '../../src/remote/read-zip.ts';
import { EXPORT_LIMITS } from '../../src/remote/advisory-export.ts';
import { runAssay } from '../support/assay-command.ts';
import { ONLINE } from '../support/assay-service.ts';
import { type FeedMirror, type PublishedRecord, startFeedMirror } from '../support/feed-mirror.ts';
import { testData } from '../support/test-data.ts';

const zip = testData('osv', 'crates.io', 'all.zip');
const kev = testData('kev', 'known_exploited_vulnerabilities.json');
const data = mkdtempSync(join(tmpdir(), 'assay-mirror-'));
let mirror: FeedMirror;
let records: PublishedRecord[] = [];

beforeAll(async () => {
  mirror = await startFeedMirror();
  if (zip === undefined || kev === undefined) return;
  records = [];
  const wants = (name: string): boolean => name.endsWith('.json');
  for await (const { bytes } of readZip(zip, { limits: EXPORT_LIMITS, wants })) {
    records.push(JSON.parse(Buffer.from(bytes).toString()) as PublishedRecord);
  }
  mirror.publish({ 'crates.io': records });
  mirror.put('kev.json', readFileSync(kev));
});
afterAll(async () => {
  await mirror?.close();
  rmSync(data, { recursive: true, force: true });
});

async function update(): Promise<{ readonly outcomes: string; readonly log: readonly string[] }> {
  mirror.log.length = 0;
  const from = ['--osv-url', mirror.url, '--feed-url', `kev=${mirror.url}/kev.json`];
  const what = ['--source', 'osv', '--source', 'kev', '--ecosystem', 'crates.io'];
  const args = ['advisories', 'update', '--data', data, '-o', 'json', ...from, ...what];
  const ended = await runAssay(args, { env: ONLINE });
  const { feeds } = JSON.parse(ended.stdout) as { feeds: { outcome: string; records: number }[] };
  const outcomes = feeds.map(({ outcome, records: taken }) => `${outcome} ${taken}`).join(', ');
  return { outcomes, log: [...mirror.log] };
}

it.skipIf(zip === undefined || kev === undefined)(
  'real exports are fetched once, then single records (needs ASSAY_TEST_DATA)',
  { timeout: 60_000 },
  async () => {
    const first = await update();
    expect(first.outcomes).toBe(`whole ${records.length}, whole 1404`);
    expect(first.log).toHaveLength(3);
    await update();
    const quiet = await update();
    expect(quiet).toEqual({
      outcomes: 'unchanged 0, unchanged 0',
      log: ['304 /modified_id.csv', '304 /kev.json'],
    });
    const [one, ...others] = records;
    if (one === undefined) return;
    const changed = { ...one, modified: formatTime(Date.now() * 1000), summary: 'another' };
    mirror.publish({ 'crates.io': [changed, ...others] });
    const next = await update();
    expect(next.outcomes).toBe('delta 1, unchanged 0');
    expect(next.log).toEqual([
      '200 /modified_id.csv',
      `200 /crates.io/${one.id}.json`,
      '304 /kev.json',
    ]);
    const status = await runAssay(['advisories', 'status', '--data', data]);
    expect(status.stdout).toMatch(new RegExp(`^osv:crates.io +${records.length} +0 min`, 'm'));
    expect(Math.max(...status.stdout.split('\n').map((line) => line.length))).toBeLessThan(81);
  },
);
