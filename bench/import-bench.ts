/** Importing all advisories of the test data beside a process that only unzips and parses them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchResult } from './figure.ts';
import { measureNode, type ProcessCost } from './measure-process.ts';

const ROUNDS = 5;
const BASELINE = new URL('unzip-records.mjs', import.meta.url).pathname;

/** The program, and where there is room for data folders. */
export interface ImportBench {
  readonly main: string;
  readonly folder: string;
  readonly testData: string | undefined;
}

/** Measures the import into an empty store; skipped without the test data. */
export async function benchImport({ main, folder, testData }: ImportBench): Promise<BenchResult> {
  if (testData === undefined) {
    const notes = ['import: skipped, ASSAY_TEST_DATA is unset'];
    return { name: 'import', figures: [], notes };
  }
  const records = join(testData, 'osv');
  const data = join(folder, 'imported');
  const ours: ProcessCost[] = [];
  const bare: ProcessCost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await measureNode([BASELINE, records]));
    ours.push(await measureNode([main, 'advisories', 'import', records, '--data', data]));
    await rm(data, { recursive: true });
  }
  const pick = (key: 'wallMs' | 'cpuMs' | 'peakMb') => ({
    ours: ours.map((one) => one[key]),
    baseline: bare.map((one) => one[key]),
  });
  const limit = { of: 'ratio', atMost: 3 } as const;
  return {
    name: 'import',
    figures: [
      { name: 'import of advisories, wall', unit: 'ms', ...pick('wallMs'), limit },
      { name: 'import of advisories, CPU', unit: 'ms', ...pick('cpuMs') },
      { name: 'import of advisories, peak memory', unit: 'MB', ...pick('peakMb') },
    ],
    notes: [`import: $ASSAY_TEST_DATA/osv, ${bare.at(-1)?.stdout.trim()} records in the baseline`],
  };
}
