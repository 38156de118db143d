/** A part of an ecosystem's advisories: what it finds is shown, and nothing is called clean. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import { DEBIAN12, dpkgStatus } from '../support/image-layout.ts';
import { makeZip } from '../support/make-zip.ts';
import { osvRecord } from '../support/osv-records.ts';
import { openScanBench, type ScanBench } from '../support/scan-workbench.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});
afterAll(() => bench.close());

/** An `all.zip` in OSV's layout with so many records, one of them about `app`. */
function writeBulk(count: number): string {
  const folder = join(bench.root, `bulk-${count}`, 'Debian');
  mkdirSync(folder, { recursive: true });
  const records = Array.from({ length: count }, (_, index) => `REC-${index + 1}`);
  const items = records.map((id, index) => {
    const record = osvRecord(id, index === 0 ? 'app' : `other-${index}`);
    return { name: `${id}.json`, text: JSON.stringify(record) };
  });
  writeFileSync(join(folder, 'all.zip'), makeZip(items));
  return join(folder, '..');
}

interface Seen {
  readonly code: number | null;
  readonly status: string;
  readonly problems: readonly string[];
  readonly findings: number;
  readonly complete: readonly boolean[];
}

async function seen(): Promise<Seen> {
  const { stdout, code } = await bench.scanFiles([
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['app 1.0', 'fine 1.0'])],
  ]);
  const scan = JSON.parse(stdout);
  return {
    code,
    status: scan.status,
    problems: scan.problems.flatMap((one: { code: string }) => one.code),
    findings: scan.findings.length,
    complete: scan.advisories.map((one: { complete: boolean }) => one.complete),
  };
}

const load = (path: string, ...more: readonly string[]) =>
  runInProcess(['advisories', 'import', path, ...more], bench.data);
const PART = {
  code: 3,
  status: 'INCOMPLETE',
  problems: ['advisories-partial'],
  findings: 1,
  complete: [false],
};
const ALL = { code: 0, status: 'COMPLETE', problems: [], findings: 1, complete: [true] };

it('a sample is a part, an export of a plausible size is all, and who knows better says so', async () => {
  const imported = await load(writeBulk(2));
  expect(imported.stderr).toContain('1 of them in part: images with these are INCOMPLETE');
  expect(await seen()).toEqual(PART);
  const { stdout } = await runInProcess(['advisories', 'status'], bench.data);
  expect(stdout).toMatch(/^Debian:12 +2 +partial /m);
  await load(writeBulk(1000));
  expect(await seen()).toEqual(ALL);
  await load(writeBulk(1000), '--partial');
  expect(await seen()).toEqual(PART);
  await load(writeBulk(2), '--complete');
  expect(await seen()).toEqual(ALL);
});

it('what is both all and a part is neither', async () => {
  const { code, stderr } = await load(writeBulk(2), '--complete', '--partial');
  expect(code).toBe(1);
  expect(stderr).toContain('not both');
});
