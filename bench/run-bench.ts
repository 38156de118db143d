/**
 * `npm run bench [NAME…]`: builds, measures what the design promises to hold, and prints one table
 * with the baselines of the same run. Exit code 1 where a limit does not hold.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from '../scripts/build.ts';
import { type BenchResult, formatFigures, holds } from './figure.ts';
import { benchFleet, SMALL_FLEET, WHOLE_FLEET } from './fleet-bench.ts';
import { benchGoogleApi } from './google-api-bench.ts';
import { benchHelp } from './help-bench.ts';
import { benchImport } from './import-bench.ts';
import { benchImageReview } from './image-review-bench.ts';
import { benchRego } from './rego-bench.ts';
import { benchScan } from './scan-bench.ts';
import { benchSigning } from './signing-bench.ts';
import { benchVersions } from './version-bench.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MAIN = join(ROOT, 'dist/main.js');
/** As it is installed: it finds the build, and what was compiled of it. */
const LAUNCHER = join(ROOT, 'bin/assay.mjs');
const TEST_DATA = process.env['ASSAY_TEST_DATA'];

const BENCHES: Readonly<Record<string, (folder: string) => Promise<BenchResult>>> = {
  help: () => benchHelp(MAIN),
  scan: (folder) => benchScan({ main: LAUNCHER, folder, testData: TEST_DATA }),
  import: (folder) => benchImport({ main: LAUNCHER, folder, testData: TEST_DATA }),
  versions: () => benchVersions(),
  signing: () => benchSigning(),
  rego: () => benchRego(),
  'image-review': (folder) => benchImageReview({ main: MAIN, folder }),
  'google-api': (folder) => benchGoogleApi({ main: MAIN, folder }),
  fleet: (folder) => benchFleet(folder, SMALL_FLEET),
  'fleet-whole': (folder) => benchFleet(folder, WHOLE_FLEET),
};
/** What is measured only where it is named: it takes minutes. */
const ON_REQUEST: ReadonlySet<string> = new Set(['fleet-whole']);

/** What shows how quiet the machine was. */
function describeMachine(): string {
  const [one = 0, five = 0] = loadavg();
  const model = cpus()[0]?.model ?? 'unknown CPU';
  return `${availableParallelism()} × ${model}, load ${one.toFixed(1)} (1 min) ${five.toFixed(1)} (5 min)`;
}

async function run(names: readonly string[]): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  try {
    const results: BenchResult[] = [];
    for (const [name, bench] of Object.entries(BENCHES)) {
      const wanted = names.length > 0 ? names.includes(name) : !ON_REQUEST.has(name);
      if (!wanted) continue;
      console.error(`measuring ${name} …`);
      results.push(await bench(await mkdtemp(join(folder, `${name}-`))));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await build(join(ROOT, 'dist'), false);
const before = describeMachine();
const results = await run(process.argv.slice(2));
const figures = results.flatMap((one) => one.figures);
console.log(`\n${formatFigures(figures)}`);
console.log(`medians of interleaved rounds, whole processes; Node ${process.versions.node}`);
for (const note of results.flatMap((one) => one.notes)) console.log(note);
console.log(`before: ${before}\nafter:  ${describeMachine()}`);
process.exitCode = figures.some((figure) => holds(figure) === false) ? 1 : 0;
