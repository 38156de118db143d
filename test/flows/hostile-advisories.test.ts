/**
 * Exports with one broken record: the error names record and field, and every advisory that was
 * known before still stands.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/assay-command.ts';
import { runInProcess } from '../support/assay-in-process.ts';
import { type ImageLayout, addLayer } from '../support/image-layout.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';
import { RELEASE, STATUS, type ScanBench, openScanBench } from '../support/scan-workbench.ts';

const SAMPLE = fileURLToPath(new URL('../../demo/advisories/Debian/all.zip', import.meta.url));

let bench: ScanBench;
let good: ImageLayout;
let known: readonly Ended[];

/** What is known: the sources as listed, and a scan. */
async function observe(): Promise<readonly Ended[]> {
  const sources = await runInProcess(['advisories', 'status', '--output', 'json'], bench.data);
  return [sources, await bench.scan(good)];
}

beforeAll(async () => {
  bench = await openScanBench();
  good = bench.newLayout();
  good.addImage([await addLayer(good, [RELEASE, STATUS])]);
  await bench.scan(good);
  known = await observe();
});

afterAll(() => bench.close());

/** Imports, expects an error that matches, and that nothing else has changed. */
async function expectRefused(path: string, wanted: readonly RegExp[]): Promise<void> {
  const { code, stdout, stderr } = await runInProcess(['advisories', 'import', path], bench.data);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  for (const word of wanted) expect(stderr).toMatch(word);
  expect(stderr).not.toContain('unexpected error');
  expect(await observe()).toEqual(known);
}

let folders = 0;
function newFolder(): string {
  folders += 1;
  return join(bench.root, `export-${folders}`);
}

const affected = (change: object): object => ({
  affected: [{ package: { ecosystem: 'Debian:12', name: 'app' }, ...change }],
});
const range = (events: unknown, type: unknown = 'ECOSYSTEM'): object =>
  affected({ ranges: [{ type, events }] });

describe('a record that is wrong', () => {
  it.each<[string, object | string, RegExp]>([
    ['no JSON', '{"id":', /JSON/],
    ['an empty file', '', /JSON/],
    ['null', 'null', /object/],
    ['a list', '[]', /object/],
    ['no id', { id: undefined }, /id/],
    ['an id of a number', { id: 1 }, /id/],
    ['an id of 300 characters', { id: 'x'.repeat(300) }, /id/],
    ['no modified', { modified: undefined }, /modified/],
    ['a modified that is no time', { modified: 'yesterday' }, /modified/],
    ['a modified of a number', { modified: 20_261_120 }, /modified/],
    ['a withdrawn that is no time', { withdrawn: 'true' }, /withdrawn/],
    ['affected an object', { affected: {} }, /affected/],
    ['an affected of a text', { affected: ['app'] }, /affected/],
    ['a package without a name', affected({ package: { ecosystem: 'Debian:12' } }), /name/],
    ['ranges a text', affected({ ranges: 'all' }), /ranges/],
    ['a range of an unknown type', range([{ introduced: '0' }], 'SOMETIMES'), /type/],
    ['events an object', range({ introduced: '0' }), /events/],
    ['an event of a number', range([{ introduced: 0 }]), /introduced|events/],
    ['an event of two kinds', range([{ introduced: '0', fixed: '1' }]), /events/],
    ['no event', range([{}]), /events/],
    ['versions a text', affected({ versions: '1.0' }), /versions/],
    ['a version of a number', affected({ versions: [1] }), /versions/],
    ['aliases a text', { aliases: 'CVE-1' }, /aliases/],
  ])('%s', async (_name, change, field) => {
    const record = osvRecord('REC-2', 'app');
    const wrong = typeof change === 'string' ? change : { ...record, ...change };
    // More than are written at a time: the broken one comes when others were written already.
    const fine = Array.from({ length: 210 }, (_, index) => {
      const id = `FINE-${index}`;
      return [id, osvRecord(id, 'app')] as const;
    });
    const folder = writeOsvExport(newFolder(), [...fine, ['REC-2', wrong]]);
    await expectRefused(folder, [/REC-2/, field]);
  });

  it('with bytes that are no UTF-8', async () => {
    const folder = writeOsvExport(newFolder(), [['REC-3', osvRecord('REC-3', 'app')]]);
    const file = join(folder, 'Debian/REC-3.json');
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from([0xff])]));
    await expectRefused(folder, [/REC-3/]);
  });
});

describe('an export that is wrong', () => {
  const sample = (): Buffer => readFileSync(SAMPLE);

  it.each<[string, () => Uint8Array]>([
    ['no bytes', () => new Uint8Array(0)],
    ['no zip', () => Buffer.from('<html>404</html>')],
    ['a zip that breaks off', () => sample().subarray(0, sample().length / 2)],
    ['a zip without its beginning', () => sample().subarray(1000)],
    [
      'a zip with damaged records',
      () => {
        const bytes = sample();
        bytes.fill(0x55, 200, 4000);
        return bytes;
      },
    ],
  ])('%s', async (_name, make) => {
    const folder = join(newFolder(), 'Debian');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'all.zip'), make());
    await expectRefused(join(folder, 'all.zip'), [/all\.zip/]);
    await expectRefused(folder, [/all\.zip/]);
  });

  it('nothing there, or nothing in it', async () => {
    const folder = newFolder();
    await expectRefused(folder, [/export-/]);
    mkdirSync(folder);
    await expectRefused(folder, [/holds no advisory export/]);
    symlinkSync('itself', join(folder, 'itself'));
    await expectRefused(join(folder, 'itself'), [/itself/]);
    await expectRefused('/dev/zero', [/zero/]);
  });
});

describe('an export that is right', () => {
  it('takes the place of the old one as a whole', async () => {
    const folder = writeOsvExport(newFolder(), [['REC-9', osvRecord('REC-9', 'app')]]);
    const imported = await runInProcess(['advisories', 'import', folder], bench.data);
    expect(imported).toMatchObject({ code: 0 });
    const { stdout } = await bench.scan(good);
    const { findings } = JSON.parse(stdout) as { findings: { id: string }[] };
    expect(findings.map(({ id }) => id)).toEqual(['REC-9']);
  });
});
