/** Whole images, layer by layer, down to packages: what counts, what does not, what is unknown. */
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GIVEN_SBOM } from '../domain/software-package.ts';
import { foldLayers } from '../image/fold-layers.ts';
import { digestOf, inPieces, rawTar, type RawEntry } from '../image/raw-tar.ts';
import { readLayer, type LayerReader } from '../image/read-layer.ts';
import { ndbFile, rpmPackageHeader } from '../../test/support/rpm-files.ts';
import { extendedLayerReader, layerReader } from './extract/extractors.ts';
import { readPackages, type ReadPackages } from './read-packages.ts';

const DEBIAN: RawEntry = {
  name: 'etc/os-release',
  content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
};
const ALPINE: RawEntry = {
  name: 'etc/os-release',
  content: 'ID=alpine\nVERSION_ID=3.18.4\nPRETTY_NAME="Alpine 3.18"\n',
};

function status(...packages: string[]): string {
  return packages
    .map((item) => item.split(' '))
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\n`,
    )
    .join('\n');
}

function dpkg(...packages: string[]): RawEntry {
  return { name: 'var/lib/dpkg/status', content: status(...packages) };
}

function apk(name: string): RawEntry {
  return { name, content: 'P:musl\nV:1.2.4-r2\nA:x86_64\no:musl\n' };
}

async function scan(
  layers: readonly (readonly RawEntry[])[],
  want: LayerReader = layerReader,
): Promise<ReadPackages> {
  const facts = layers.map((entries, index) =>
    readLayer(inPieces(rawTar(entries), 5000), { digest: digestOf(String(index + 1)), want }),
  );
  return readPackages(foldLayers(await Promise.all(facts)));
}

/** Reads the layers again, at most twice, as the first readings ask for it. */
async function scanAgain(layers: readonly (readonly RawEntry[])[]): Promise<ReadPackages> {
  const first = await scan(layers);
  const second = await scan(layers, extendedLayerReader(first.unread));
  if (second.unread.length === 0) return second;
  return scan(layers, extendedLayerReader([...first.unread, ...second.unread]));
}

function brief({ packages }: ReadPackages): string[] {
  return packages.map(({ name, version, layer }) => `${name} ${version} in ${layer?.at(-1)}`);
}

function codes({ problems }: ReadPackages): string[] {
  return problems.map(({ code }) => code);
}

describe('readPackages', () => {
  it('gives each package all it needs to be matched and shown', async () => {
    const read = await scan([[DEBIAN, dpkg('zlib1g 1:1.2', 'apt 2.6')]]);
    expect(read).toMatchObject({
      status: 'COMPLETE',
      problems: [],
      unread: [],
      system: { id: 'debian', version: '12' },
    });
    expect(read.packages.map(({ name }) => name)).toEqual(['apt', 'zlib1g']);
    expect(read.packages[1]).toEqual({
      name: 'zlib1g',
      version: '1:1.2',
      type: 'deb',
      ecosystem: 'Debian:12',
      architecture: 'amd64',
      purl: 'pkg:deb/debian/zlib1g@1:1.2?arch=amd64&distro=debian-12',
      source: { name: 'zlib1g', version: '1:1.2' },
      origin: 'installed',
      path: 'var/lib/dpkg/status',
      layer: digestOf('1'),
    });
  });

  it('names the layer since which a package version is there', async () => {
    const read = await scan([
      [DEBIAN, dpkg('a 1', 'b 1', 'd 1')],
      [dpkg('a 1', 'b 2', 'c 1')],
      [dpkg('a 1', 'b 2', 'c 1', 'd 1')],
    ]);
    expect(brief(read)).toEqual(['a 1 in 1', 'b 2 in 2', 'c 1 in 2', 'd 1 in 3']);
  });

  it('reads distroless files, each from its layer, and not their checksums', async () => {
    const folder = 'var/lib/dpkg/status.d';
    const read = await scan([
      [DEBIAN, { name: `${folder}/a`, content: 'Package: a\nVersion: 1\n' }],
      [
        { name: `${folder}/b`, content: 'Package: b\nVersion: 2\n' },
        { name: `${folder}/b.md5sums`, content: 'junk' },
      ],
    ]);
    expect(read.status).toBe('COMPLETE');
    expect(brief(read)).toEqual(['a 1 in 1', 'b 2 in 2']);
  });

  it('tells Alpine by its minor release, and warns where repositories are of another', async () => {
    const repositories = { name: 'etc/apk/repositories', content: 'https://x/alpine/edge/main\n' };
    const read = await scan([[ALPINE, apk('lib/apk/db/installed'), repositories]]);
    expect(read.status).toBe('COMPLETE');
    expect(read.packages[0]?.ecosystem).toBe('Alpine:v3.18');
    expect(codes(read)).toEqual(['repositories-differ']);
  });

  it('reads a database that two names lead to once', async () => {
    const link = { name: 'lib', type: '2', link: 'usr/lib' };
    const read = await scan([[ALPINE, link, apk('usr/lib/apk/db/installed')]]);
    expect(read.packages.map(({ path }) => path)).toEqual(['usr/lib/apk/db/installed']);
  });

  it('prefers etc/os-release, and follows it to usr/lib', async () => {
    const usr = { ...ALPINE, name: 'usr/lib/os-release' };
    const link = { name: 'etc/os-release', type: '2', link: '../usr/lib/os-release' };
    expect((await scan([[DEBIAN, usr, dpkg('a 1')]])).system?.id).toBe('debian');
    expect((await scan([[link, usr, apk('lib/apk/db/installed')]])).system?.id).toBe('alpine');
  });
});

describe('systems without advisories', () => {
  const os = (id: string): RawEntry => ({
    name: 'etc/os-release',
    content: `ID=${id}\nVERSION_ID=23.05\nPRETTY_NAME="${id}"\n`,
  });
  const PACMAN = {
    name: 'var/lib/pacman/local/bash-5.2-1/desc',
    content: '%NAME%\nbash\n\n%VERSION%\n5.2-1\n\n%ARCH%\nx86_64\n',
  };
  const PORTAGE = { name: 'var/db/pkg/app-shells/bash-5.2-r1/PF', content: 'bash-5.2-r1\n' };
  const OPKG = {
    name: 'usr/lib/opkg/status',
    content:
      'Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\n' +
      'Architecture: x86_64\nInstalled-Time: 1\n',
  };
  const CONTROL = {
    name: 'usr/lib/opkg/info/busybox.control',
    content: 'Package: busybox\nVersion: 1.36.1-1\nArchitecture: x86_64\nDescription: x\n',
  };

  it.each([
    ['arch', PACMAN, 'pkg:alpm/arch/bash@5.2-1?arch=x86_64&distro=arch-23.05'],
    ['gentoo', PORTAGE, 'pkg:ebuild/app-shells/bash@5.2-r1'],
    ['openwrt', OPKG, 'pkg:opkg/openwrt/busybox@1.36.1-1?arch=x86_64&distro=openwrt-23.05'],
    ['openwrt', CONTROL, 'pkg:opkg/openwrt/busybox@1.36.1-1?arch=x86_64&distro=openwrt-23.05'],
  ])('%s is UNSUPPORTED with its packages listed', async (id, database, purl) => {
    const read = await scan([[os(id), database]]);
    expect(read.packages.map((item) => item.purl)).toEqual([purl]);
    expect(read.status).toBe('UNSUPPORTED');
    expect(codes(read)).toEqual(['system-unsupported']);
  });

  it.each([[PACMAN], [PORTAGE], [OPKG]])(
    '%j without an os-release is never clean',
    async (file) => {
      const jar = {
        name: 'node_modules/a/package.json',
        content: '{"name":"a","version":"1.0.0"}',
      };
      expect((await scan([[file, jar]])).status).not.toBe('COMPLETE');
    },
  );

  it('another manager on a system that is known leaves it INCOMPLETE', async () => {
    const read = await scan([[DEBIAN, dpkg('a 1'), PACMAN]]);
    expect(read.status).toBe('INCOMPLETE');
    expect(codes(read)).toEqual(['ecosystem-unknown']);
  });

  it('takes the underscores of opkg', async () => {
    const content = OPKG.content.replace('busybox', 'lib_x').replace('1.36.1-1', '2024_05-r1');
    const read = await scan([[os('openwrt'), { ...OPKG, content }]]);
    expect(read.packages).toMatchObject([{ name: 'lib_x', version: '2024_05-r1' }]);
    expect(read.status).toBe('UNSUPPORTED');
  });

  it("lists what Nix's store has folders of, once whatever the outputs, and no builds", async () => {
    const hash = 'a0'.repeat(16);
    const folder = (name: string): RawEntry => ({ name: `nix/store/${hash}-${name}/`, type: '5' });
    const names = [
      'openssl-3.0.12',
      'openssl-3.0.12-bin',
      'nss-cacert-3.95',
      'source',
      'a-1.0.drv',
    ];
    const read = await scan([[os('nixos'), ...names.map(folder)]]);
    expect(read.packages.map(({ purl }) => purl)).toEqual([
      'pkg:nix/nss-cacert@3.95',
      'pkg:nix/openssl@3.0.12',
    ]);
    expect(read.status).toBe('UNSUPPORTED');
    expect((await scan([names.map(folder)])).status).toBe('INCOMPLETE');
  });

  it("counts a package once where opkg's status and its control file are there", async () => {
    expect((await scan([[os('openwrt'), OPKG, CONTROL]])).packages).toHaveLength(1);
  });

  it('tells a wheel by its name, however large it is', async () => {
    const content = 'x'.repeat(5000);
    const wheel = { name: 'srv/wheels/torch-2.1.0-cp311-cp311-linux_x86_64.whl', content };
    const { packages, problems } = await scan([[DEBIAN, dpkg('a 1'), wheel]]);
    expect(packages.map(({ name, origin }) => `${name} ${origin}`)).toEqual([
      'a installed',
      'torch declared',
    ]);
    expect(problems).toEqual([]);
  });
});

describe("chisel's manifest", () => {
  const UBUNTU = { name: 'etc/os-release', content: 'ID=ubuntu\nVERSION_ID="24.04"\n' };
  const LINES = [
    { jsonwall: '1.0', schema: '1.0', count: 3 },
    { kind: 'package', name: 'libssl3t64', version: '3.0.13-0ubuntu3.1', arch: 'amd64' },
    { kind: 'path', path: '/usr/bin/openssl', mode: '0755', slices: ['libssl3t64_bins'] },
    { kind: 'slice', name: 'libssl3t64_bins' },
  ];
  const wall = (lines: readonly object[]): RawEntry => ({
    name: 'var/lib/chisel/manifest.wall',
    content: zstdCompressSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
  });

  it('lists packages, and says that their sources are not known', async () => {
    const read = await scan([[UBUNTU, wall(LINES)]]);
    expect(read.packages).toMatchObject([
      { name: 'libssl3t64', version: '3.0.13-0ubuntu3.1', ecosystem: 'Ubuntu:24.04:LTS' },
    ]);
    expect(codes(read)).toEqual(['sources-unknown']);
    expect(read.status).toBe('INCOMPLETE');
  });

  it('says nothing beside a status', async () => {
    const read = await scan([[UBUNTU, wall(LINES), dpkg('libssl3t64 3.0.13-0ubuntu3.1')]]);
    expect(read.packages.map(({ path }) => path)).toEqual(['var/lib/dpkg/status']);
    expect(read.status).toBe('COMPLETE');
  });

  it.each<[string, RawEntry]>([
    ['is no zstd', { ...wall([]), content: 'x' }],
    [
      'would inflate to more than 64 MiB',
      { ...wall([]), content: zstdCompressSync(Buffer.alloc(65 * 1024 * 1024)) },
    ],
    [
      'has a package that would look like an option',
      wall([{ kind: 'package', name: '--x', version: '1' }]),
    ],
    ['has lines that are no objects', { ...wall([]), content: zstdCompressSync('[]\n') }],
  ])('that %s is fatal', async (_fact, file) => {
    const read = await scan([[UBUNTU, dpkg(), file]]);
    expect(read.status).toBe('INCOMPLETE');
    expect(read.packages).toEqual([]);
  });
});

describe('runtimes that were unpacked', () => {
  const JDK = { name: 'opt/java/openjdk/release', content: 'JAVA_VERSION="17.0.9"\n' };

  it('are told, and leave a scan complete', async () => {
    const read = await scan([[DEBIAN, dpkg('a 1'), JDK]]);
    expect(read.packages.map(({ purl }) => purl)).toContain('pkg:generic/jdk@17.0.9');
    expect(read.status).toBe('COMPLETE');
    expect(read.problems).toMatchObject([{ code: 'runtime-not-matched', fatal: false }]);
  });

  it('are not what a bill of materials calls generic, of which all is unknown', async () => {
    const components = [{ type: 'library', name: 'x', version: '1', purl: 'pkg:generic/x@1' }];
    const content = JSON.stringify({ bomFormat: 'CycloneDX', components });
    const read = await scan([[{ name: GIVEN_SBOM, content }]]);
    expect(read.status).toBe('INCOMPLETE');
    expect(codes(read)).toContain('ecosystem-unknown');
  });

  it("are the system's where a package of it brought them", async () => {
    const list = { name: 'var/lib/dpkg/info/a.list', content: '/opt/java/openjdk/release\n' };
    const read = await scan([[DEBIAN, dpkg('a 1'), list, JDK]]);
    expect(read.packages.find(({ name }) => name === 'jdk')?.ownedBy).toBe('a');
    expect(read.problems).toEqual([]);
  });
});

describe('systems of rpm', () => {
  const os = (content: string): RawEntry => ({ name: 'etc/os-release', content });
  const packages = (folder: string): RawEntry => ({
    name: `${folder}/Packages.db`,
    content: ndbFile([rpmPackageHeader('bash', '5.1.8', '9.el9')]),
  });

  it('has packages with ecosystem and purl', async () => {
    const read = await scan([[os('ID=rocky\nVERSION_ID=9.3'), packages('usr/lib/sysimage/rpm')]]);
    expect(read).toMatchObject({ status: 'COMPLETE', problems: [] });
    expect(read.packages).toMatchObject([
      {
        ecosystem: 'Rocky Linux:9',
        purl: 'pkg:rpm/rocky-linux/bash@5.1.8-9.el9?arch=x86_64&distro=rocky-9.3',
        path: 'usr/lib/sysimage/rpm/Packages.db',
      },
    ]);
  });

  it('is read from the manifest that distroless images have in the place of a database', async () => {
    const line = (name: string, evr: string, epoch: string): string =>
      `${name}\t${evr}\t1653816591\t1653753130\tMicrosoft Corporation\t${epoch}\t580\tx86_64\t0\t` +
      `${name === 'openssl-libs' ? 'openssl' : name}-${evr}.src.rpm\n`;
    const manifest = (content: string): RawEntry => ({
      name: 'var/lib/rpmmanifest/container-manifest-2',
      content,
    });
    const mariner = os('ID=mariner\nVERSION_ID="2.0"\n');
    const whole = line('openssl-libs', '1.1.1k-28.cm2', '(none)') + line('shadow', '4.9-1', '2');
    const read = await scan([[mariner, manifest(whole)]]);
    expect(read.status).toBe('COMPLETE');
    expect(read.packages).toMatchObject([
      {
        name: 'openssl-libs',
        version: '1.1.1k-28.cm2',
        ecosystem: 'Azure Linux:2',
        source: { name: 'openssl', version: '1.1.1k-28.cm2' },
      },
      { name: 'shadow', version: '2:4.9-1', source: { name: 'shadow', version: '2:4.9-1' } },
    ]);
    const cut = await scan([[mariner, manifest(whole.slice(0, -30))]]);
    expect(cut.status).toBe('INCOMPLETE');
  });

  it('is told by a release file where there is no os-release', async () => {
    const release = { name: 'etc/centos-release', content: 'CentOS Linux release 7.9.2009 (Core)' };
    const read = await scan([[release, packages('var/lib/rpm')]]);
    expect(read).toMatchObject({ status: 'COMPLETE', system: { id: 'centos' } });
    expect(read.packages[0]?.ecosystem).toBe('CentOS:7');
  });

  it('keeps content sets, by which Red Hat’s advisories are known', async () => {
    const sets = {
      name: 'root/buildinfo/content_manifests/ubi9.json',
      content: '{"content_sets":["rhel-9-for-x86_64-baseos-rpms"]}',
    };
    const read = await scan([[os('ID=rhel\nVERSION_ID=9.4'), packages('var/lib/rpm'), sets]]);
    expect(read.system?.contentSets).toEqual(['rhel-9-for-x86_64-baseos-rpms']);
    expect(read.status).toBe('COMPLETE');
    expect(codes(read)).toEqual([]);
  });

  it('a log beside the database makes it INCOMPLETE', async () => {
    const log = { name: 'var/lib/rpm/rpmdb.sqlite-wal', content: Buffer.from('377f0682', 'hex') };
    const read = await scan([[os('ID=rocky\nVERSION_ID=9.3'), packages('var/lib/rpm'), log]]);
    expect(read.status).toBe('INCOMPLETE');
  });

  it('Ubuntu with packages of Pro is the subscriber’s', async () => {
    const read = await scan([[os('ID=ubuntu\nVERSION_ID=18.04'), dpkg('a 1+esm2', 'b 1')]]);
    expect(read.packages.map(({ ecosystem }) => ecosystem)).toEqual([
      'Ubuntu:Pro:18.04:LTS',
      'Ubuntu:Pro:18.04:LTS',
    ]);
    expect(codes(read)).toEqual(['ubuntu-pro']);
  });
});

describe('is not COMPLETE:', () => {
  const os = (content: string): RawEntry => ({ name: 'etc/os-release', content });
  it.each<[string, readonly RawEntry[], string, string]>([
    ['nothing at all', [], 'UNSUPPORTED', 'no os-release'],
    ['packages without a system', [dpkg('a 1')], 'UNSUPPORTED', 'no os-release'],
    ['another system', [os('ID=plan9\nVERSION_ID=4')], 'UNSUPPORTED', 'ID=plan9'],
    ['a release that is none', [os('ID=debian\nVERSION_ID=x'), dpkg('a 1')], 'UNSUPPORTED', '=x'],
    ['a system whose database was removed', [DEBIAN], 'INCOMPLETE', 'no installed package'],
    ['an emptied database', [DEBIAN, dpkg()], 'INCOMPLETE', 'no installed package'],
    [
      'a junk database',
      [DEBIAN, { name: 'var/lib/dpkg/status', content: 'junk' }],
      'INCOMPLETE',
      'could not be read',
    ],
    [
      'packages of another system',
      [ALPINE, apk('lib/apk/db/installed'), dpkg('a 1')],
      'INCOMPLETE',
      '1 deb packages',
    ],
    [
      'a layer that is cut',
      [DEBIAN, dpkg('a 1'), { name: 'x', size: 5000 }],
      'INCOMPLETE',
      'middle of an entry',
    ],
  ])('%s', async (_fact, entries, wanted, message) => {
    const read = await scan([entries]);
    expect(read.status).toBe(wanted);
    expect(read.problems.map((problem) => problem.message).join()).toContain(message);
  });

  it('but a junk database that a higher layer replaced does not matter', async () => {
    const junk = { name: 'var/lib/dpkg/status', content: 'junk' };
    expect((await scan([[DEBIAN, junk], [dpkg('a 1')]])).status).toBe('COMPLETE');
  });
});

describe('a database behind links', () => {
  const folder = (path: string): RawEntry => ({ name: path, type: '5' });
  const at = (name: string): RawEntry => ({ name, content: status('a 1') });
  it.each<[string, readonly (readonly RawEntry[])[]]>([
    [
      'a linked file',
      [[DEBIAN, at('opt/db')], [{ name: 'var/lib/dpkg/status', type: '2', link: '/opt/db' }]],
    ],
    [
      'a linked folder',
      [
        [DEBIAN, at('opt/dpkg/status')],
        [{ name: 'var/lib/dpkg', type: '2', link: '../../opt/dpkg' }],
      ],
    ],
    [
      'a hard link',
      [[DEBIAN, at('opt/db'), { name: 'var/lib/dpkg/status', type: '1', link: 'opt/db' }]],
    ],
    [
      'a linked folder of one-package files',
      [[DEBIAN, at('opt/d/a'), { name: 'var/lib/dpkg/status.d', type: '2', link: '/opt/d' }]],
    ],
    [
      'written through a link to the folder',
      [
        [DEBIAN, folder('var/lib/dpkg'), { name: 'f', type: '2', link: 'var/lib/dpkg' }],
        [at('f/status')],
      ],
    ],
    [
      'written through a link to the folder of one-package files',
      [
        [
          DEBIAN,
          folder('var/lib/dpkg/status.d'),
          { name: 'f', type: '2', link: 'var/lib/dpkg/status.d' },
        ],
        [at('f/a')],
      ],
    ],
  ])('is INCOMPLETE at first and read by a second reading: %s', async (_form, layers) => {
    const first = await scan(layers);
    expect(first.status).toBe('INCOMPLETE');
    expect(codes(first)).toContain('content-not-read');
    const last = await scanAgain(layers);
    expect(last).toMatchObject({ status: 'COMPLETE', unread: [] });
    expect(brief(last)).toHaveLength(1);
  });

  it('is not taken from a link that a higher layer replaced by a plain file', async () => {
    const layers = [
      [
        DEBIAN,
        at('clean'),
        { name: 'x', type: '2', link: 'clean' },
        { name: 'var/lib/dpkg/status', type: '2', link: '/x' },
      ],
      [{ name: 'x', content: status('evil 1') }],
    ];
    expect(brief(await scanAgain(layers))).toEqual(['evil 1 in 2']);
  });

  it('with a cycle is a note, and the rest goes on', async () => {
    const loop = { name: 'lib', type: '2', link: 'lib' };
    const read = await scan([[DEBIAN, loop, dpkg('a 1')]]);
    expect(read.status).toBe('COMPLETE');
    expect(codes(read)).toEqual(['link-cycle']);
  });
});
