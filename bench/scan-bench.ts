/**
 * Cold scans of one large layer, of four and of two gigabytes, each beside a process that only
 * inflates and hashes the same layers one after another; then a known image, of which nothing may
 * be read.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchResult, Figure } from './figure.ts';
import { makeImage } from './make-image.ts';
import { measureNode, type ProcessCost } from './measure-process.ts';

const BASELINE = new URL('inflate-layer.mjs', import.meta.url).pathname;
const TEST_IMAGE = 'debian12-min';
/** Megabytes of tar in the layers of an image with applications, as `debian12-apps` has them. */
const FOUR_LAYERS = [144, 427, 5, 0.02];
const TWO_GIGABYTES = [500, 900, 500, 100];
const ADVISORIES = new URL('../demo/advisories', import.meta.url).pathname;

/** The program, and where there is room for data folders. */
export interface ScanBench {
  readonly main: string;
  readonly folder: string;
  readonly testData: string | undefined;
}

interface Subject {
  readonly name: string;
  readonly image: string;
  /** Files of its layers. */
  readonly layers: readonly string[];
  readonly rounds: number;
  /** The most that the ratio of wall times may be, where that is promised. */
  readonly ratio?: number;
  readonly peakMb: number;
}

/** Measures scans, each cold one on a fresh data folder that only has advisories. */
export async function benchScan(bench: ScanBench): Promise<BenchResult> {
  const prepared = join(bench.folder, 'prepared');
  await measureNode([
    bench.main,
    'advisories',
    'import',
    ADVISORIES,
    '--complete',
    '--data',
    prepared,
  ]);
  const figures: Figure[] = [];
  for (const choose of [oneLayer, fourLayers, twoGigabytes]) {
    const subject = await choose(bench);
    figures.push(...(await measure(bench, { prepared, subject })));
  }
  return {
    name: 'scan',
    figures,
    notes: [
      'scan: baseline: read, inflate and hash the same layers, one after another (256 KiB)',
      bench.testData === undefined
        ? `scan: ${TEST_IMAGE} skipped, ASSAY_TEST_DATA is unset; a made image of like size instead`
        : `scan: one layer: oci:$ASSAY_TEST_DATA/images/oci:${TEST_IMAGE}`,
      `scan: four layers: made here, ${FOUR_LAYERS.join(', ')} MB of tar; 2 GB likewise`,
      'scan: a known image beside a command that opens the same data folder and lists sources',
    ],
  };
}

interface Measured {
  readonly prepared: string;
  readonly subject: Subject;
}

async function measure({ main, folder }: ScanBench, { prepared, subject }: Measured) {
  const runs = { cold: [], inflate: [], again: [], start: [] } as Record<string, ProcessCost[]>;
  for (let round = 0; round < subject.rounds; round += 1) {
    const data = join(folder, 'cold');
    await cp(prepared, data, { recursive: true });
    const scan = [main, 'scan', subject.image, '--data', data, '--output', 'json'];
    const old = ['--max-advisory-age', '100000'];
    runs['inflate']?.push(await measureNode([BASELINE, ...subject.layers]));
    runs['cold']?.push(await measureNode([...scan, ...old]));
    runs['start']?.push(await measureNode([main, 'advisories', 'status', '--data', data]));
    runs['again']?.push(await measureNode([...scan, ...old]));
    await rm(data, { recursive: true });
  }
  const { cold = [], inflate = [], again = [], start = [] } = runs;
  return [...coldFigures(subject, cold, inflate), ...againFigures(subject.name, again, start)];
}

function coldFigures(
  { name, ratio, peakMb }: Subject,
  cold: readonly ProcessCost[],
  inflate: readonly ProcessCost[],
): Figure[] {
  for (const { stdout } of cold) checkScan(stdout);
  const pick = (key: 'wallMs' | 'cpuMs' | 'peakMb') => ({
    ours: cold.map((one) => one[key]),
    baseline: inflate.map((one) => one[key]),
  });
  const limit = ratio === undefined ? {} : { limit: { of: 'ratio', atMost: ratio } as const };
  const most = { of: 'ours', atMost: peakMb } as const;
  return [
    { name: `scan of ${name}, wall`, unit: 'ms', ...pick('wallMs'), ...limit },
    { name: `scan of ${name}, CPU`, unit: 'ms', ...pick('cpuMs') },
    { name: `scan of ${name}, peak memory`, unit: 'MB', ...pick('peakMb'), limit: most },
  ];
}

function againFigures(
  name: string,
  again: readonly ProcessCost[],
  start: readonly ProcessCost[],
): Figure[] {
  const read = again.map((one) => layersRead(one.stdout));
  const beyond = again.map((one, round) => one.wallMs - (start[round]?.wallMs ?? Number.NaN));
  return [
    { name: `${name} again, layers read`, unit: '', ours: read, limit: { of: 'ours', atMost: 0 } },
    {
      name: `${name} again, beyond start-up`,
      unit: 'ms',
      ours: beyond,
      limit: { of: 'ours', atMost: 30 },
    },
    { name: `${name} again, wall`, unit: 'ms', ours: again.map((one) => one.wallMs) },
  ];
}

async function oneLayer({ folder, testData }: ScanBench): Promise<Subject> {
  const rest = { name: 'one layer', rounds: 9, ratio: 1.25, peakMb: 250 };
  if (testData === undefined) return { ...(await made(folder, 'one', [144])), ...rest };
  const layout = join(testData, 'images/oci');
  const layers = [await findLayer(layout)];
  return { image: `oci:${layout}:${TEST_IMAGE}`, layers, ...rest };
}

async function fourLayers({ folder }: ScanBench): Promise<Subject> {
  const rest = { name: 'four layers', rounds: 5, ratio: 1, peakMb: 250 };
  return { ...(await made(folder, 'four', FOUR_LAYERS)), ...rest };
}

async function twoGigabytes({ folder }: ScanBench): Promise<Subject> {
  const rest = { name: '2 GB', rounds: 1, peakMb: 350 };
  return { ...(await made(folder, 'large', TWO_GIGABYTES)), ...rest };
}

async function made(
  folder: string,
  name: string,
  sizes: readonly number[],
): Promise<Pick<Subject, 'image' | 'layers'>> {
  const layout = join(folder, name);
  await mkdir(layout);
  return { image: `oci:${layout}`, layers: await makeImage(layout, sizes) };
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

/** What was measured must have been a whole scan. */
function checkScan(stdout: string): void {
  const { status, packages = [] } = JSON.parse(stdout) as Record<string, unknown[]>;
  if (String(status) === 'COMPLETE' && packages.length > 0) return;
  throw new Error(`a measured scan was ${String(status)} with ${packages.length} packages`);
}
