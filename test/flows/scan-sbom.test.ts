/** `assay scan sbom:FILE`: a bill is matched, gated and kept as an image is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Ended } from '../support/assay-command.ts';
import { runInProcess } from '../support/assay-in-process.ts';
import { openScanBench, type ScanBench } from '../support/scan-workbench.ts';

let bench: ScanBench;
beforeAll(async () => {
  bench = await openScanBench();
});
afterAll(() => bench.close());

function scan(name: string, content: string | object, ...more: readonly string[]): Promise<Ended> {
  const file = join(bench.root, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const args = ['scan', `sbom:${file}`, '--output', 'json', '--max-advisory-age', '99999'];
  return runInProcess([...args, ...more], bench.data);
}

const bill = (...purls: readonly string[]) => ({
  bomFormat: 'CycloneDX',
  components: purls.map((purl) => ({ type: 'library', name: 'x', purl })),
});
const APP = 'pkg:deb/debian/app@1.0?distro=debian-12';

it('what it names is matched as installed, and gates', async () => {
  const { code, stdout } = await scan('app.cdx.json', bill(APP));
  const { status, packages, findings, problems } = JSON.parse(stdout);
  expect([code, status]).toEqual([0, 'COMPLETE']);
  expect(packages).toMatchObject([{ name: 'app', version: '1.0', origin: 'installed' }]);
  expect(findings).toMatchObject([{ id: 'REC-1', package: { name: 'app' } }]);
  expect(problems).toMatchObject([{ code: 'no-system', fatal: false }]);
  expect((await scan('app.cdx.json', bill(APP), '--fail-on', 'HIGH')).code).toBe(2);
});

it.each([
  ['a package of no known release', bill('pkg:deb/debian/app@1.0'), 'ecosystem-unknown'],
  ['an ecosystem without advisories', bill('pkg:npm/a@1'), 'no-advisory-source'],
  ['a component without a version', bill(APP, 'pkg:npm/a'), 'package-malformed'],
  ['a file that is no bill', '{"a": 1}', 'package-malformed'],
])('%s is not clean', async (_, content, problem) => {
  const { code, stdout } = await scan('other.json', content);
  const { status, problems } = JSON.parse(stdout);
  expect([code, status]).toEqual([3, 'INCOMPLETE']);
  expect(problems.map((one: { code: string }) => one.code)).toContain(problem);
});
