/**
 * An image of four layers with packages of a system and of a language, from a stock registry, a
 * layout and an archive: the same packages, and the same answers to who asks whether it may pass.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import {
  DEBIAN12,
  type ImageLayout,
  type LayerFile,
  addLayer,
  dpkgStatus,
} from '../support/image-layout.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { openScanBench, type ScanBench } from '../support/scan-workbench.ts';
import { startStockRegistry, type StockRegistry } from '../support/stock-registry.ts';

const skopeo = realProgram('skopeo');
const registry = realProgram('docker-registry');
const missing = !skopeo || !registry;

const OWNED = 'usr/share/nodejs/node_modules/semver/package.json';

function npm(folder: string, name: string, version: string): LayerFile {
  return [`${folder}/package.json`, JSON.stringify({ name, version })];
}

const LOCK = JSON.stringify({
  lockfileVersion: 3,
  packages: { '': {}, 'node_modules/left': { version: '1.0.0' } },
});

const LAYERS: readonly (readonly LayerFile[])[] = [
  [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['app 1.0', 'node-semver 7'])],
    ['var/lib/dpkg/info/node-semver.list', `/.\n/${OWNED}\n`],
    [OWNED, '{"name":"semver","version":"7.0.0"}'],
  ],
  [npm('srv/node_modules/a', 'a', '1.0.0'), npm('srv/node_modules/@s/b', '@s/b', '2.0.0')],
  [['srv/node_modules/.wh.a'], npm('srv/node_modules/c', 'c', '3.0.0')],
  [['srv/package-lock.json', LOCK], npm('srv/node_modules/c', 'c', '3.1.0')],
];

interface Scanned {
  readonly packages: readonly { name: string; layer: string | null }[];
}

function seen(stdout: string): unknown {
  const { packages } = JSON.parse(stdout) as Scanned;
  return packages.map((found) => ({ ...found, layer: undefined }));
}

let bench: ScanBench;
let layout: ImageLayout;
let stock: StockRegistry | undefined;
let pushed = '';

beforeAll(async () => {
  bench = await openScanBench();
  layout = bench.newLayout();
  const made = [];
  for (const files of LAYERS) made.push(await addLayer(layout, files));
  const digest = layout.addImage(made);
  if (missing) return;
  stock = await startStockRegistry(registry);
  pushed = `${stock.url.replace('http://', '')}/team/app:1`;
  const target = { registry: stock.url, repository: 'team/app', tags: ['1'] };
  await pushImage(layout, digest, target);
});

afterAll(async () => {
  await stock?.stop();
  bench.close();
});

function scan(image: string, ...options: string[]) {
  const fixed = ['--max-advisory-age', '99999', '--output', 'json'];
  return runInProcess(['scan', image, ...fixed, ...options], bench.data);
}

it('the fold of the layers is what is there', async () => {
  const { stdout } = await scan(`oci:${layout.folder}`);
  const { packages } = JSON.parse(stdout) as { packages: Record<string, unknown>[] };
  const brief = packages.map((one) =>
    [one['purl'], one['origin'], one['ownedBy'], one['ecosystem']].join(' '),
  );
  expect(brief).toEqual([
    'pkg:deb/debian/app@1.0?arch=amd64&distro=debian-12 installed  Debian:12',
    'pkg:deb/debian/node-semver@7?arch=amd64&distro=debian-12 installed  Debian:12',
    'pkg:npm/%40s/b@2.0.0 installed  npm',
    'pkg:npm/c@3.1.0 installed  npm',
    'pkg:npm/left@1.0.0 declared  npm',
    'pkg:npm/semver@7.0.0 installed node-semver ',
  ]);
});

it.skipIf(missing)('from everywhere the same (needs docker-registry, skopeo)', async () => {
  const archive = join(bench.root, 'app.tar');
  const to = `docker-archive:${archive}:team/app:1`;
  const arguments_ = ['copy', '--insecure-policy', `oci:${layout.folder}`, to];
  execFileSync(skopeo ?? '', arguments_, { stdio: 'ignore' });
  const expected = seen((await scan(`oci:${layout.folder}`)).stdout);
  expect(seen((await scan(pushed)).stdout)).toEqual(expected);
  expect(seen((await scan(`docker-archive:${archive}`)).stdout)).toEqual(expected);
});

it('without advisories for what is installed nothing passes; by what is declared, it may', async () => {
  const folder = bench.newLayout();
  const base: LayerFile[] = [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['other 1'])],
  ];
  folder.addImage([
    await addLayer(folder, base),
    await addLayer(folder, [['srv/package-lock.json', LOCK]]),
  ]);
  const codes = async (...options: string[]) =>
    (await scan(`oci:${folder.folder}`, '--fail-on', 'CRITICAL', ...options)).code;
  expect((await scan(`oci:${layout.folder}`)).code, 'npm packages are installed').toBe(3);
  expect(await codes(), 'npm packages are only declared').toBe(0);
  expect(await codes('--include-declared'), 'and count').toBe(3);
});
