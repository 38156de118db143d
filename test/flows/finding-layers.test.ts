/**
 * Where a package came from: the same layers, instructions and base image are told of an image in a
 * stock registry, in a layout and in an archive; and to no project that has not seen the base.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import {
  DEBIAN12,
  type ImageLayout,
  type LayerFile,
  OCI,
  dpkgStatus,
  packTar,
} from '../support/image-layout.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { openScanBench, type ScanBench } from '../support/scan-workbench.ts';
import { startStockRegistry, type StockRegistry } from '../support/stock-registry.ts';

const skopeo = realProgram('skopeo');
const registry = realProgram('docker-registry');
const missing = !skopeo || !registry;

const BASE: readonly LayerFile[] = [
  ['etc/os-release', DEBIAN12],
  ['var/lib/dpkg/status', dpkgStatus(['app 1.0'])],
];
const OWN: readonly LayerFile[] = [['srv/app', 'x']];
const HISTORY = [
  { created_by: '/bin/sh -c #(nop) ADD file:abc in / ' },
  { created_by: 'ENV A=b', empty_layer: true },
  { created_by: 'RUN |1 TOKEN=s3cret /bin/sh -c make \u001b[2J # buildkit' },
];

interface Layer {
  readonly diffId: string;
  readonly instruction: string;
  readonly origin: string;
  readonly grade: string;
}

interface Scanned {
  readonly base: { readonly name: string; readonly grade: string; readonly layers: number } | null;
  readonly layers: readonly Layer[];
  readonly findings: readonly { readonly id: string; readonly layer: Layer | null }[];
}

let bench: ScanBench;
let layout: ImageLayout;
let stock: StockRegistry | undefined;
let host = '';

async function makeImage(...layers: (readonly LayerFile[])[]) {
  const made = bench.newLayout();
  const tars = await Promise.all(layers.map((files) => packTar(files)));
  const diffIds = tars.map((tar) => `sha256:${createHash('sha256').update(tar).digest('hex')}`);
  const blobs = tars.map((tar) => made.addBlob(gzipSync(tar), OCI.layer));
  const rootfs = { type: 'layers', diff_ids: diffIds };
  const history = layers.length === 1 ? HISTORY.slice(0, 1) : HISTORY;
  const digest = made.addImage(blobs, {}, { rootfs, history });
  return { layout: made, digest };
}

beforeAll(async () => {
  bench = await openScanBench();
  const base = await makeImage(BASE);
  const app = await makeImage(BASE, OWN);
  layout = app.layout;
  if (missing) return;
  stock = await startStockRegistry(registry);
  host = stock.url.replace('http://', '');
  const tags = ['1'];
  const to = { registry: stock.url, tags };
  await pushImage(base.layout, base.digest, { ...to, repository: 'team/base' });
  await pushImage(app.layout, app.digest, { ...to, repository: 'team/app' });
});

afterAll(async () => {
  await stock?.stop();
  bench.close();
});

async function scan(image: string, ...options: string[]): Promise<Scanned> {
  const fixed = ['--max-advisory-age', '99999', '--output', 'json'];
  const { stdout } = await runInProcess(['scan', image, ...fixed, ...options], bench.data);
  return JSON.parse(stdout) as Scanned;
}

it('instructions are told without what builders hide in them', async () => {
  const { layers, base, findings } = await scan(`oci:${layout.folder}`);
  expect(base).toBeNull();
  expect(layers.map(({ instruction, origin }) => [instruction, origin])).toEqual([
    ['ADD file:abc in /', 'unknown'],
    [String.raw`RUN |1 TOKEN=[hidden] /bin/sh -c make \u{1b}[2J`, 'unknown'],
  ]);
  expect(findings).toMatchObject([{ id: 'REC-1', layer: layers[0] }]);
});

it.skipIf(missing)('from everywhere the same (needs docker-registry, skopeo)', async () => {
  const archive = join(bench.root, 'app.tar');
  const arguments_ = ['copy', '--insecure-policy', `oci:${layout.folder}`];
  execFileSync(skopeo ?? '', [...arguments_, `docker-archive:${archive}:team/app:1`]);
  await scan(`${host}/team/base:1`);
  const brief = ({ base, layers, findings }: Scanned) => ({
    base,
    layers: layers.map((layer) => ({ ...layer, digest: undefined })),
    findings: findings.map(({ layer }) => layer?.diffId),
  });
  const told = brief(await scan(`${host}/team/app:1`));
  expect(told.base).toMatchObject({ grade: 'verified', layers: 1 });
  expect(told.base?.name).toMatch(/\/team\/base@sha256:/);
  expect(told.layers.map(({ origin, grade }) => `${origin} ${grade}`)).toEqual([
    'base verified',
    'own inferred',
  ]);
  expect(brief(await scan(`oci:${layout.folder}`))).toEqual(told);
  expect(brief(await scan(`docker-archive:${archive}`))).toEqual(told);
});

it.skipIf(missing)('another project knows not of the base (needs docker-registry)', async () => {
  await scan(`${host}/team/base:1`);
  const { base, layers } = await scan(`${host}/team/app:1`, '--project', 'other');
  expect(base).toBeNull();
  expect(layers.map(({ origin }) => origin)).toEqual(['unknown', 'unknown']);
});
