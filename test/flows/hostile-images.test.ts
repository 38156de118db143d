/**
 * Images that lie, break off or blow up: `assay scan` says so and never calls them clean, follows
 * nothing, and leaves what was known before as it was.
 */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/assay-command.ts';
import {
  type ImageLayout,
  type LayerFile,
  addLayer,
  dpkgStatus,
  packTar,
} from '../support/image-layout.ts';
import { DEBIAN12 } from '../support/image-layout.ts';
import {
  PACKAGES,
  RELEASE,
  STATUS,
  type ScanBench,
  openScanBench,
} from '../support/scan-workbench.ts';

const link = (name: string, linkname: string): LayerFile => [{ name, linkname, type: 'symlink' }];
const hard = (name: string, linkname: string): LayerFile => [{ name, linkname, type: 'link' }];

let bench: ScanBench;
let good: ImageLayout;
let known: Ended;

beforeAll(async () => {
  bench = await openScanBench();
  good = bench.newLayout();
  good.addImage([await addLayer(good, [RELEASE, STATUS])]);
  await bench.scan(good);
  known = await bench.scan(good);
});

afterAll(() => bench.close());

function expectFinding(scanned: Ended): void {
  expect(scanned.stderr).toBe('');
  const json = JSON.parse(scanned.stdout) as object;
  expect(json).toMatchObject({ status: 'COMPLETE', findings: [{ id: 'REC-1' }] });
  expect(scanned.code).toBe(0);
}

/** Code 3, a status that is not COMPLETE, and a problem that says why. */
function expectIncomplete({ code, stdout }: Ended, why: RegExp): void {
  const { status, problems } = JSON.parse(stdout) as { status: string; problems: object[] };
  expect({ code, status }).not.toMatchObject({ status: 'COMPLETE' });
  expect(code).toBe(3);
  expect(JSON.stringify(problems)).toMatch(why);
}

describe('what the tests stand on', () => {
  it('the good image has its finding', () => expectFinding(known));
});

describe('a layer that cannot be read whole', () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
    [
      'a gzip bomb',
      async () => gzipSync(await packTar([['zeros', new Uint8Array(96 * 1024 * 1024)]])),
      /200 times/,
    ],
    [
      'a zstd bomb',
      async () => zstdCompressSync(await packTar([['zeros', new Uint8Array(96 * 1024 * 1024)]])),
      /200 times/,
    ],
    [
      'a gzip that breaks off',
      async () => {
        const bytes = gzipSync(await packTar([STATUS]));
        return bytes.subarray(0, bytes.length / 2);
      },
      /layer-damaged/,
    ],
    [
      'a zstd that breaks off',
      async () => zstdCompressSync(await packTar([STATUS])).subarray(0, 60),
      /layer-damaged/,
    ],
    [
      'a tar that breaks off in a file',
      async () => gzipSync((await packTar([STATUS])).subarray(0, 540)),
      /layer-damaged/,
    ],
    ['no tar', () => gzipSync('x'.repeat(5000)), /layer-damaged/],
    ['another compression', () => Buffer.from('425a683931415926535900000000', 'hex'), /layer-/],
    [
      'a second gzip member that is damaged',
      async () => Buffer.concat([gzipSync(await packTar([STATUS])), Buffer.from('1f8b0800ffff')]),
      /layer-damaged/,
    ],
    [
      'a name of 5000 characters',
      async () => gzipSync(await packTar([[{ name: 'n'.repeat(5000), pax: {} }]])),
      /4096 characters/,
    ],
  ])('%s', async (_name, make, why) => {
    expectIncomplete(await bench.scanBytes(await make()), why);
  });
});

describe('links, whiteouts and names', () => {
  const hidden: LayerFile = ['usr/db/status', PACKAGES];

  it.each<[string, readonly (readonly LayerFile[])[]]>([
    ['a hard-linked status', [[RELEASE, hidden, hard('var/lib/dpkg/status', 'usr/db/status')]]],
    [
      'a symlinked status',
      [[RELEASE, hidden, link('var/lib/dpkg/status', '../../../usr/db/status')]],
    ],
    ['a symlinked /var/lib/dpkg', [[RELEASE, hidden, link('var/lib/dpkg', '/usr/db')]]],
    [
      'a link in one layer, its target in the next',
      [[RELEASE, link('var', 'v')], [['v/lib/dpkg/status', PACKAGES]]],
    ],
    [
      'a link that climbs above the root',
      [[RELEASE, hidden, link('var/lib/dpkg', '../../../../../usr/db')]],
    ],
    [
      'a whiteout in the layer of the file itself',
      [[RELEASE, STATUS, ['var/lib/dpkg/.wh.status']]],
    ],
    ['a status written twice', [[RELEASE, ['var/lib/dpkg/status', dpkgStatus(['no 1'])], STATUS]]],
    [
      'a status that comes back after a whiteout',
      [
        [RELEASE, ['var/lib/dpkg/status', dpkgStatus(['no 1'])]],
        [['var/lib/dpkg/.wh.status']],
        [STATUS],
      ],
    ],
    [
      'an opaque folder over older packages',
      [
        [RELEASE, ['var/lib/dpkg/status.d/old', dpkgStatus(['old 1'])]],
        [['var/lib/dpkg/.wh..wh..opq'], STATUS],
      ],
    ],
    [
      'names with ./ and //',
      [
        [
          ['./etc//os-release', DEBIAN12],
          ['.//var/./lib/dpkg/status', PACKAGES],
        ],
      ],
    ],
    [
      'an absolute name',
      [
        [
          ['/etc/os-release', DEBIAN12],
          ['/var/lib/dpkg/status', PACKAGES],
        ],
      ],
    ],
  ])('%s: the packages are found', async (_name, layers) => {
    expectFinding(await bench.scanFiles(...layers));
  });

  it.each<[string, readonly (readonly LayerFile[])[]]>([
    ['a whiteout of the status', [[RELEASE, STATUS], [['var/lib/dpkg/.wh.status']]]],
    ['a whiteout of its folder', [[RELEASE, STATUS], [['var/lib/.wh.dpkg']]]],
    ['an opaque folder above it', [[RELEASE, STATUS], [['var/lib/.wh..wh..opq']]]],
    [
      'a loop of links',
      [[RELEASE, link('var/lib/dpkg/status', 'a'), link('var/lib/dpkg/a', 'status')]],
    ],
    ['a loop of folders', [[RELEASE, link('var', 'var')]]],
    ['a link to nothing', [[RELEASE, link('var/lib/dpkg/status', '/nowhere')]]],
    [
      'a folder in place of the status',
      [[RELEASE, [{ name: 'var/lib/dpkg/status', type: 'directory' }]]],
    ],
    ['only a release file', [[RELEASE]]],
    [
      'names that climb out',
      [
        [
          ['../../etc/os-release', DEBIAN12],
          ['x/../../var/lib/dpkg/status', PACKAGES],
        ],
      ],
    ],
    ['no layer', []],
    ['nothing in the layer', [[]]],
    ['packages without a release file', [[STATUS]]],
    ['an unknown system', [[['etc/os-release', 'ID=plan9\nVERSION_ID=4\n'], STATUS]]],
    ['a release file of nonsense', [[['etc/os-release', '\u0000\u0001ID'], STATUS]]],
    ['a status of nonsense', [[RELEASE, ['var/lib/dpkg/status', Buffer.alloc(5000, 0xfe)]]]],
    ['a status without a package', [[RELEASE, ['var/lib/dpkg/status', 'Version: 1\n\n']]]],
    [
      'an apk database of nonsense',
      [
        [
          ['etc/os-release', 'ID=alpine\nVERSION_ID=3.20.1\n'],
          ['lib/apk/db/installed', 'P:\nV:\n\n\u0000'],
        ],
      ],
    ],
    [
      'an apk package without a version',
      [
        [
          ['etc/os-release', 'ID=alpine\nVERSION_ID=3.20.1\n'],
          ['lib/apk/db/installed', 'P:a\nA:x86_64\n\n'],
        ],
      ],
    ],
  ])('%s: exit 3, never clean', async (_name, layers) => {
    expectIncomplete(await bench.scanFiles(...layers), /"code"/);
  });
});

describe('an entry of a database that cannot be read', () => {
  it.each([
    ['a stanza without a version', 'Package: b\nStatus: install ok installed\n'],
    ['a stanza that breaks off', 'Package: b\nStatus: install ok inst'],
    ['a stanza of a bad name', 'Package: b!\nVersion: 1\n'],
  ])('%s: it is said, and the others are matched', async (_name, stanza) => {
    const status: LayerFile = ['var/lib/dpkg/status', `${PACKAGES}\n${stanza}`];
    const { stdout } = await bench.scanFiles([RELEASE, status]);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [{ id: 'REC-1' }],
      problems: [{ code: 'package-malformed', message: expect.stringContaining('status at line') }],
    });
  });
});

describe('what people are shown', () => {
  it('an incomplete scan is never printed as 0 vulnerabilities', async () => {
    const layout = bench.newLayout();
    layout.addImage([await addLayer(layout, [RELEASE])]);
    const { code, stdout } = await bench.scan(layout, 'table');
    expect(code).toBe(3);
    expect(stdout).not.toMatch(/(?:^|\D)0 (?:known )?vulnerabilit|no (?:known )?vulnerabilit/i);
    expect(stdout).toMatch(/INCOMPLETE|UNSUPPORTED/);
  });

  it('names that would move a cursor are made visible', async () => {
    const nasty = dpkgStatus(['app\u001b[2J 1.0', 'b 1\u001b]0;x\u0007']);
    const layout = bench.newLayout();
    layout.addImage([await addLayer(layout, [RELEASE, ['var/lib/dpkg/status', nasty]])]);
    const { stdout, stderr } = await bench.scan(layout, 'table');
    expect(stdout + stderr).not.toMatch(/[\u001b\u0007]/);
  });
});

describe('nothing else changes', () => {
  it('the good image is what it was', async () => {
    const again = await bench.scan(good);
    expect(again).toEqual(known);
  });
});
