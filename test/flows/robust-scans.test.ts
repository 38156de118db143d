/**
 * Images that want a scanner to write, to leak, to grow or to miss what is there: whole scans of
 * what the tests make themselves. Each rule and its tests: test/robustness-rules.test.ts.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paxRecord, type RawEntry, rawTar } from '../../src/image/raw-tar.ts';
import { type Ended, runAssay } from '../support/assay-command.ts';
import {
  DEBIAN12,
  type LayerFile,
  type LayoutDescriptor,
  OCI,
  addLayer,
  dpkgStatus,
} from '../support/image-layout.ts';
import { makeZip } from '../support/make-zip.ts';
import { ndbFile, rpmPackageHeader } from '../support/rpm-files.ts';
import {
  PACKAGES,
  RELEASE,
  STATUS,
  type ScanBench,
  openScanBench,
} from '../support/scan-workbench.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

interface Scanned {
  readonly status: string;
  readonly problems: readonly { code: string; fatal: boolean; message: string }[];
  readonly packages: readonly { name: string; version: string }[];
  readonly findings: readonly { id: string }[];
}

function resultOf({ stdout }: Ended): Scanned {
  return JSON.parse(stdout) as Scanned;
}

/** Scans one layer that is written byte by byte. */
async function scanRaw(...layers: readonly (readonly RawEntry[])[]): Promise<Ended> {
  const layout = bench.newLayout();
  layout.addImage(layers.map((entries) => layout.addBlob(gzipSync(rawTar(entries)), OCI.layer)));
  return bench.scan(layout);
}

const RAW_RELEASE: RawEntry = { name: 'etc/os-release', content: DEBIAN12 };
const RAW_STATUS: RawEntry = { name: 'var/lib/dpkg/status', content: PACKAGES };

describe('nothing is unpacked', () => {
  it('a scan writes into its data folder and nowhere else', async () => {
    const layout = bench.newLayout();
    const escape: LayerFile[] = [
      ['../../../../../../../../tmp/assay-escaped', 'x'],
      [{ name: 'l', type: 'symlink', linkname: bench.root }],
      ['l/escaped', 'x'],
    ];
    layout.addImage([await addLayer(layout, [RELEASE, STATUS, ...escape])]);
    const place = mkdtempSync(join(tmpdir(), 'assay-nothing-'));
    const before = readdirSync(bench.root);
    const args = ['scan', `oci:${layout.folder}`, '--data', bench.data, '--output', 'json'];
    const env = { TMPDIR: place, HOME: place };
    await runAssay([...args, '--max-advisory-age', '99999'], { env, cwd: place });
    expect(readdirSync(place)).toEqual([]);
    expect(readdirSync(bench.root)).toEqual(before);
    rmSync(place, { recursive: true });
  });

  it('no output has a secret of the environment', async () => {
    const layout = bench.newLayout();
    layout.addImage([await addLayer(layout, [RELEASE, STATUS, ['env', 'x']])]);
    const env = { REGISTRY_PASSWORD: 'hunter2hunter2' };
    for (const output of ['json', 'table', 'sarif', 'yaml']) {
      const args = ['scan', `oci:${layout.folder}`, '--data', bench.data, '--output', output];
      const { stdout, stderr } = await runAssay(args, { env });
      expect(stdout).not.toBe('');
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });
});

describe('what else may lie where a database is', () => {
  it.each<[string, RawEntry]>([
    ['a device', { name: 'var/lib/dpkg/status', type: '3' }],
    ['a block device', { name: 'var/lib/dpkg/status', type: '4' }],
    ['a pipe', { name: 'var/lib/dpkg/status', type: '6' }],
    ['a hard link to nothing', { name: 'var/lib/dpkg/status', type: '1', link: 'gone' }],
    ['a sparse file', { name: 'var/lib/dpkg/status', type: 'S', content: PACKAGES }],
    ['an empty file', { name: 'var/lib/dpkg/status' }],
  ])('%s over the real one: INCOMPLETE, never clean', async (_what, entry) => {
    const ended = await scanRaw([RAW_RELEASE, RAW_STATUS], [entry]);
    expect(ended.code).toBe(3);
    const { status, problems } = resultOf(ended);
    expect(status).toBe('INCOMPLETE');
    expect(problems.some(({ fatal }) => fatal)).toBe(true);
  });

  it('hard links in a ring are no end of the scan', async () => {
    const ring: RawEntry[] = [
      { name: 'a', type: '1', link: 'b' },
      { name: 'b', type: '1', link: 'a' },
      { name: 'c', type: '1', link: 'c' },
    ];
    const { findings, status } = resultOf(await scanRaw([RAW_RELEASE, RAW_STATUS, ...ring]));
    expect({ status, findings }).toMatchObject({ status: 'COMPLETE', findings: [{ id: 'REC-1' }] });
  });

  it('a whiteout, an opaque folder and the file in one layer, in any order', async () => {
    const marks: RawEntry[] = [
      { name: 'var/lib/dpkg/.wh.status' },
      { name: 'var/lib/dpkg/.wh..wh..opq' },
      RAW_STATUS,
    ];
    const old = { ...RAW_STATUS, content: dpkgStatus(['old 1']) };
    for (const order of [marks, marks.toReversed(), [...marks.slice(1), ...marks.slice(0, 1)]]) {
      const { packages } = resultOf(await scanRaw([RAW_RELEASE, old], order));
      expect(packages.map(({ name }) => name)).toEqual(['app']);
    }
  });

  it.each(['var/lib/rpm/Packages', 'var/lib/rpm/Packages.db', 'var/lib/rpm/rpmdb.sqlite'])(
    'hostile bytes as %s: INCOMPLETE by name',
    async (name) => {
      const good = ndbFile([rpmPackageHeader('a', '1', '2')]);
      const release = { name: 'etc/os-release', content: 'ID=rocky\nVERSION_ID="9.3"\n' };
      for (const bytes of [
        Buffer.alloc(9000, 0xee),
        Buffer.from(good.map((byte) => byte ^ 0x5a)),
      ]) {
        const ended = await scanRaw([release, { name, content: bytes }]);
        expect(ended.code).toBe(3);
        expect(resultOf(ended)).toMatchObject({ status: 'INCOMPLETE' });
        expect(ended.stdout).toContain(name);
      }
    },
  );
});

describe('what a config or manifest says of layers', () => {
  it('wrong diff_ids change nothing: the bytes decide', async () => {
    const layout = bench.newLayout();
    const layer = await addLayer(layout, [RELEASE, STATUS, ['diff', 'ids']]);
    for (const ids of [[], [`sha256:${'0'.repeat(64)}`], [layer.digest, layer.digest]]) {
      layout.addImage([layer], {}, { rootfs: { type: 'layers', diff_ids: ids } });
      expect(resultOf(await bench.scan(layout)).findings).toMatchObject([{ id: 'REC-1' }]);
    }
  });

  it('one layer named twice is laid twice', async () => {
    const layout = bench.newLayout();
    const layer = await addLayer(layout, [RELEASE, STATUS, ['twice', '']]);
    const gone: LayoutDescriptor = await addLayer(layout, [['var/lib/dpkg/.wh.status']]);
    layout.addImage([layer, gone, layer]);
    expect(resultOf(await bench.scan(layout)).findings).toMatchObject([{ id: 'REC-1' }]);
  });
});

describe('archives in an image', () => {
  const jar = (name: string, content: Buffer): Buffer =>
    makeZip([
      { name, text: content },
      { name: 'META-INF/maven/g/a/pom.properties', text: pom('g', 'outer') },
    ]);
  const pom = (group: string, artifact: string): Buffer =>
    Buffer.from(`groupId=${group}\nartifactId=${artifact}\nversion=1.0\n`);
  const inner = makeZip([{ name: 'META-INF/maven/h/b/pom.properties', text: pom('h', 'inner') }]);

  it('packages of an archive within one are found', async () => {
    const ended = await bench.scanFiles([RELEASE, STATUS, ['app.war', jar('lib/b.jar', inner)]]);
    const names = resultOf(ended).packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['g:outer', 'h:inner']));
  });

  it('a bomb within one: INCOMPLETE by name', async () => {
    const bomb = makeZip([{ name: 'x.jar', text: Buffer.alloc(30_000_000) }]);
    const ended = await bench.scanFiles([RELEASE, STATUS, ['app.war', jar('lib/b.jar', bomb)]]);
    expect(resultOf(ended)).toMatchObject({
      status: 'INCOMPLETE',
      problems: expect.arrayContaining([
        expect.objectContaining({ fatal: true, message: expect.stringContaining('x.jar') }),
      ]),
    });
  });
});

it('a layer of header extensions alone is damage, and the rest is told', async () => {
  const comment = { name: 'x', type: 'x', content: paxRecord('comment', 'c'.repeat(1000)) };
  const ended = await scanRaw(
    [RAW_RELEASE, RAW_STATUS],
    Array.from({ length: 1000 }, () => comment),
  );
  expect(ended.code).toBe(3);
  expect(resultOf(ended)).toMatchObject({ status: 'INCOMPLETE', findings: [{ id: 'REC-1' }] });
});
