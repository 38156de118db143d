/** Packages of languages in whole images: where they are, whose, and what status they leave. */
import { describe, expect, it } from 'vitest';
import { foldLayers } from '../image/fold-layers.ts';
import { digestOf, inPieces, rawTar, type RawEntry } from '../image/raw-tar.ts';
import { readLayer, type LayerReader } from '../image/read-layer.ts';
import { extendedLayerReader, layerReader } from './extract/extractors.ts';
import { readPackages, type ReadPackages } from './read-packages.ts';

const DEBIAN: RawEntry = { name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' };
const ALPINE: RawEntry = { name: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.18.4\n' };
const MODULES = 'usr/share/nodejs/node_modules';

function npm(folder: string, name: string, version: string): RawEntry {
  return { name: `${folder}/package.json`, content: JSON.stringify({ name, version }) };
}

function lock(path: string, ...names: string[]): RawEntry {
  const packages = names.map((name) => [`node_modules/${name}`, { version: '1.0.0' }]);
  const content = JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(packages) });
  return { name: path, content };
}

function dpkg(...names: string[]): RawEntry {
  const stanza = (name: string) => `Package: ${name}\nVersion: 1\nArchitecture: all\n`;
  return { name: 'var/lib/dpkg/status', content: names.map(stanza).join('\n') };
}

function list(owner: string, ...paths: string[]): RawEntry {
  const content = ['/.', ...paths].join('\n');
  return { name: `var/lib/dpkg/info/${owner}.list`, content };
}

async function scan(
  layers: readonly (readonly RawEntry[])[],
  want: LayerReader = layerReader,
): Promise<ReadPackages> {
  const facts = layers.map((entries, index) =>
    readLayer(inPieces(rawTar(entries), 700), { digest: digestOf(String(index + 1)), want }),
  );
  return readPackages(foldLayers(await Promise.all(facts)));
}

function brief({ packages }: ReadPackages): string[] {
  return packages.map((one) => `${one.name} ${one.version} in ${one.layer?.at(-1)} ${one.origin}`);
}

function codes({ problems }: ReadPackages): string[] {
  return problems.map(({ code }) => code);
}

describe('where packages are found', () => {
  it('in all layers, as whiteouts and later writers leave them', async () => {
    const read = await scan([
      [npm('node_modules/a', 'a', '1.0.0'), npm('node_modules/b', 'b', '1.0.0')],
      [{ name: 'node_modules/.wh.a' }, npm('node_modules/@s/c', '@s/c', '1.0.0')],
      [npm('node_modules/b', 'b', '2.0.0'), npm('opt/node_modules/d', 'd', '1.0.0')],
      [{ name: 'opt/node_modules/.wh..wh..opq' }, npm('opt/node_modules/e', 'e', '1.0.0')],
    ]);
    expect(brief(read)).toEqual([
      '@s/c 1.0.0 in 2 installed',
      'b 2.0.0 in 3 installed',
      'e 1.0.0 in 4 installed',
    ]);
    expect(read.packages[0]).toEqual({
      name: '@s/c',
      version: '1.0.0',
      type: 'npm',
      ecosystem: 'npm',
      purl: 'pkg:npm/%40s/c@1.0.0',
      source: { name: '@s/c', version: '1.0.0' },
      origin: 'installed',
      path: 'node_modules/@s/c/package.json',
      layer: digestOf('2'),
    });
  });

  it('where a file really lies, once, whatever links lead to it', async () => {
    const read = await scan([
      [
        { name: 'app', type: '2', link: 'srv' },
        { name: 'app/node_modules', type: '2', link: '/deps' },
        npm('app/node_modules/a', 'a', '1.0.0'),
      ],
    ]);
    expect(read.packages.map(({ path }) => path)).toEqual(['deps/a/package.json']);
  });

  it('not where a folder, a link or another thing has taken its place', async () => {
    const path = 'node_modules/a/package.json';
    for (const type of ['1', '2', '3', '5', '6']) {
      const link = type === '1' ? { link: 'etc/os-release' } : { link: 'x' };
      const read = await scan([[npm('node_modules/a', 'a', '1')], [{ name: path, type, ...link }]]);
      expect(read.packages).toEqual([]);
    }
  });

  it('behind hard links to a store, by a second reading', async () => {
    const layers = [
      [
        { name: 'store/0f', content: '{"name":"a","version":"1.0.0"}' },
        { name: 'node_modules/a/package.json', type: '1', link: 'store/0f' },
      ],
    ];
    const first = await scan(layers);
    expect(first.status).toBe('INCOMPLETE');
    const second = await scan(layers, extendedLayerReader(first.unread));
    expect(second.packages.map(({ path }) => path)).toEqual(['node_modules/a/package.json']);
    expect(second).toMatchObject({ status: 'COMPLETE', unread: [] });
  });

  it.each([
    ['1.21', ['golang.org/x/text 0.3.5', 'stdlib 1.21']],
    ['1.16', ['golang.org/x/text 0.3.5', 'golang.org/x/text 0.3.0', 'stdlib 1.16']],
  ])('is not doubled by a go.sum beside a go.mod of Go %s that has all', async (go, expected) => {
    const mod = `module m\n\ngo ${go}\n\nrequire golang.org/x/text v0.3.5\n`;
    const sum = 'golang.org/x/text v0.3.0 h1:a=\n';
    const read = await scan([
      [
        { name: 'srv/go.mod', content: mod },
        { name: 'srv/go.sum', content: sum },
      ],
    ]);
    const found = read.packages.map(({ name, version }) => `${name} ${version}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('is declared by a lock file, with the layer that brought it', async () => {
    const read = await scan([
      [lock('app/package-lock.json', 'a')],
      [lock('app/package-lock.json', 'a', 'b')],
    ]);
    expect(brief(read)).toEqual(['a 1.0.0 in 1 declared', 'b 1.0.0 in 2 declared']);
  });
});

describe('whose they are', () => {
  const owned = `${MODULES}/a/package.json`;
  const file = npm(`${MODULES}/a`, 'a', '1.0.0');

  async function owner(...layers: RawEntry[][]): Promise<unknown> {
    const read = await scan(layers);
    const found = read.packages.find(({ type }) => type === 'npm');
    return [found?.ownedBy, found?.ecosystem];
  }

  it.each([
    ['a list of dpkg', [[DEBIAN, dpkg('node-a'), list('node-a', `/${owned}`), file]], 'node-a'],
    ['of an architecture', [[DEBIAN, dpkg('a'), list('a:amd64', `/${owned}`), file]], 'a'],
    ['a list of a package that is gone', [[DEBIAN, dpkg('b'), list('a', `/${owned}`), file]]],
    ['a list of other files', [[DEBIAN, dpkg('a'), list('a', '/usr/bin/a'), file]]],
    ['a file that was changed since', [[DEBIAN, dpkg('a'), list('a', `/${owned}`)], [file]]],
    ['a list of later', [[file], [DEBIAN, dpkg('a'), list('a', `/${owned}`)]], 'a'],
    [
      'a list that names a linked folder',
      [
        [
          { name: 'lib', type: '2', link: 'usr/share' },
          DEBIAN,
          dpkg('a'),
          list('a', '/lib/nodejs/node_modules/a/package.json'),
          file,
        ],
      ],
      'a',
    ],
    [
      'a list that names a link of another name',
      [
        [
          { name: 'usr/bin/a', type: '2', link: `/${owned}` },
          DEBIAN,
          dpkg('a'),
          list('a', '/usr/bin/a'),
          file,
        ],
      ],
      'a',
    ],
    [
      'the checksums of a distroless image',
      [
        [
          { name: 'var/lib/dpkg/status.d/a', content: 'Package: a\nVersion: 1\n' },
          {
            name: 'var/lib/dpkg/status.d/a.md5sums',
            content: `${'0'.repeat(32)}  ${owned}\n`,
          },
          DEBIAN,
          file,
        ],
      ],
      'a',
    ],
    [
      "Alpine's database",
      [
        [
          {
            name: 'lib/apk/db/installed',
            content: `P:npm\nV:1-r0\nF:${MODULES}/a\nR:LICENSE\nR:package.json\n`,
          },
          ALPINE,
          file,
        ],
      ],
      'npm',
    ],
  ] as [string, RawEntry[][], string?][])('%s', async (_fact, layers, expected) => {
    expect(await owner(...layers)).toEqual(expected ? [expected, undefined] : [undefined, 'npm']);
  });

  it('is shown and leaves the image COMPLETE', async () => {
    const read = await scan([[DEBIAN, dpkg('a'), list('a', `/${owned}`), file]]);
    expect(read).toMatchObject({ status: 'COMPLETE', problems: [] });
    expect(read.packages).toHaveLength(2);
  });
});

describe('what status they leave', () => {
  const a = npm('node_modules/a', 'a', '1.0.0');
  const damaged: RawEntry = { name: 'node_modules/b/package.json', content: '{' };
  const large: RawEntry = { name: damaged.name, content: ' '.repeat(5 * 1024 * 1024) };
  const removed: RawEntry = { name: 'node_modules/.wh.b' };

  it.each([
    ['an image from scratch', [[a]], 'COMPLETE', ['no-system']],
    ['a folder of sources', [[lock('package-lock.json', 'a')]], 'COMPLETE', ['no-system']],
    ['nothing at all', [[]], 'UNSUPPORTED', ['system-unsupported']],
    [
      'a system that a later layer hides',
      [
        [DEBIAN, dpkg('x'), a],
        [{ name: '.wh.etc' }, { name: '.wh.var' }],
      ],
      'UNSUPPORTED',
      ['system-unsupported'],
    ],
    ['a database without a system', [[dpkg('x'), a]], 'UNSUPPORTED', ['system-unsupported']],
    [
      'a system that is not known',
      [[{ name: 'etc/os-release', content: 'ID=plan9\n' }, a]],
      'UNSUPPORTED',
      ['system-unsupported'],
    ],
    ['a system without a database', [[DEBIAN, a]], 'INCOMPLETE', ['no-packages']],
    ['a system and packages', [[DEBIAN, dpkg('x'), a]], 'COMPLETE', []],
    ['a damaged one', [[a, damaged]], 'INCOMPLETE', ['package-malformed', 'no-system']],
    ['a damaged one that is gone', [[a, damaged], [removed]], 'COMPLETE', ['no-system']],
    ['one over the cap', [[a, large]], 'INCOMPLETE', ['file-not-read', 'no-system']],
    ['one over the cap that is gone', [[a, large], [removed]], 'COMPLETE', ['no-system']],
    [
      'a damaged lock file',
      [[a, { name: 'package-lock.json', content: '[]' }]],
      'COMPLETE',
      ['lock-file-unread', 'no-system'],
    ],
  ] as [string, RawEntry[][], string, string[]][])('%s', async (_fact, layers, status, told) => {
    const read = await scan(layers);
    expect([read.status, codes(read)]).toEqual([status, told]);
  });
});
