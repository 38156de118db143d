/**
 * A cold scan of one large layer beside a process that only inflates and hashes it; then the same
 * image again, of which nothing may be read.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchResult, Figure } from './figure.ts';
import { makeImage } from './make-image.ts';
import { measureNode, type ProcessCost } from './measure-process.ts';

const ROUNDS = 7;
const BASELINE = new URL('inflate-layer.mjs', import.meta.url).pathname;
const TEST_IMAGE = 'debian12-min';

/** Where the build is and where there is room for data folders. */
export interface ScanBench {
  readonly main: string;
  readonly folder: string;
  readonly testData: string | undefined;
}

interface Subject {
  readonly image: string;
  /** File of the image's one layer. */
  readonly layer: string;
  /** Folder of an OSV export. */
  readonly advisories: string;
  readonly note: string;
}

/** Measures scans, each cold one on a fresh data folder that only has advisories. */
export async function benchScan(bench: ScanBench): Promise<BenchResult> {
  const subject = await chooseSubject(bench);
  const prepared = join(bench.folder, 'prepared');
  await measureNode([bench.main, 'advisories', 'import', subject.advisories, '--data', prepared]);
  const cold: ProcessCost[] = [];
  const inflate: ProcessCost[] = [];
  const again: ProcessCost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const data = join(bench.folder, 'cold');
    await cp(prepared, data, { recursive: true });
    const scan = [bench.main, 'scan', subject.image, '--data', data, '--output', 'json'];
    inflate.push(await measureNode([BASELINE, subject.layer]));
    cold.push(await measureNode([...scan, '--max-advisory-age', '100000']));
    again.push(await measureNode([...scan, '--max-advisory-age', '100000']));
    await rm(data, { recursive: true });
  }
  const read = again.map((one) => layersRead(one.stdout));
  return {
    name: 'cold scan',
    figures: [...coldFigures(cold, inflate), ...againFigures(again, read)],
    notes: [subject.note, `scan: ${describe(cold.at(-1)?.stdout ?? '{}')}`],
  };
}

function coldFigures(cold: readonly ProcessCost[], inflate: readonly ProcessCost[]): Figure[] {
  const pick = (key: 'wallMs' | 'cpuMs' | 'peakMb') => ({
    ours: cold.map((one) => one[key]),
    baseline: inflate.map((one) => one[key]),
  });
  return [
    { name: 'cold scan, wall', unit: 'ms', ...pick('wallMs'), limit: { of: 'ratio', atMost: 1.3 } },
    { name: 'cold scan, CPU', unit: 'ms', ...pick('cpuMs') },
    {
      name: 'cold scan, peak memory',
      unit: 'MB',
      ...pick('peakMb'),
      limit: { of: 'ours', atMost: 200 },
    },
  ];
}

function againFigures(again: readonly ProcessCost[], read: readonly number[]): Figure[] {
  return [
    { name: 'scan again, layers read', unit: '', ours: read, limit: { of: 'ours', atMost: 0 } },
    { name: 'scan again, wall', unit: 'ms', ours: again.map((one) => one.wallMs) },
    { name: 'scan again, CPU', unit: 'ms', ours: again.map((one) => one.cpuMs) },
  ];
}

async function chooseSubject({ folder, testData }: ScanBench): Promise<Subject> {
  const sample = new URL('../demo/advisories', import.meta.url).pathname;
  if (testData === undefined) {
    const layout = join(folder, 'image');
    await mkdir(layout);
    const layer = await makeImage(layout);
    const note = `scan: oci:$ASSAY_TEST_DATA/images/oci:${TEST_IMAGE} skipped, ASSAY_TEST_DATA is unset; a made image of like size instead`;
    return { image: `oci:${layout}`, layer, advisories: sample, note };
  }
  const layout = join(testData, 'images/oci');
  return {
    image: `oci:${layout}:${TEST_IMAGE}`,
    layer: await findLayer(layout),
    advisories: sample,
    note: `scan: oci:$ASSAY_TEST_DATA/images/oci:${TEST_IMAGE}; baseline: read, inflate and hash the same layer (256 KiB)`,
  };
}

/** The file of the test image's one layer. */
async function findLayer(layout: string): Promise<string> {
  const blob = (digest: string): string => join(layout, 'blobs', digest.replace(':', '/'));
  const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
  const index = await read(join(layout, 'index.json'));
  const entry = index.manifests.find(
    (one: { annotations?: Record<string, string> }) =>
      one.annotations?.['org.opencontainers.image.ref.name'] === TEST_IMAGE,
  );
  const { layers } = await read(blob(entry.digest));
  if (layers.length !== 1) throw new Error(`${TEST_IMAGE} has ${layers.length} layers, wanted 1`);
  return blob(layers[0].digest);
}

function layersRead(stdout: string): number {
  const { layersRead: count } = JSON.parse(stdout) as { layersRead?: number };
  return count ?? Number.NaN;
}

function describe(stdout: string): string {
  const { status, packages = [], findings = [] } = JSON.parse(stdout) as Record<string, unknown[]>;
  return `${String(status)}, ${packages.length} packages, ${findings.length} findings`;
}
