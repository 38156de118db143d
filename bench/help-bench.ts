/** What the shortest command costs: `assay --help` from the build, beside an empty Node process. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from './figure.ts';
import { measureNode, type ProcessCost } from './measure-process.ts';

const ROUNDS = 11;

/** Measures `--help`. */
export async function benchHelp(main: string): Promise<BenchResult> {
  const ours: ProcessCost[] = [];
  const empty: ProcessCost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    empty.push(await measureNode(['-e', '0']));
    ours.push(await measureNode([main, '--help']));
  }
  const cpu = { ours: ours.map((one) => one.cpuMs), baseline: empty.map((one) => one.cpuMs) };
  const wall = { ours: ours.map((one) => one.wallMs), baseline: empty.map((one) => one.wallMs) };
  return {
    name: 'assay --help',
    figures: [
      { name: '--help, CPU', unit: 'ms', ...cpu, limit: { of: 'ours', atMost: 150 } },
      { name: '--help, wall', unit: 'ms', ...wall },
      {
        name: '--help, modules',
        unit: 'files',
        ours: [listModules([main, '--help']).length],
        limit: { of: 'ours', atMost: 30 },
      },
    ],
    notes: ['--help: the baseline is node -e 0'],
  };
}

/** The URLs of the files that `node ARGS` loads as modules. */
export function listModules(args: readonly string[]): readonly string[] {
  const hook = fileURLToPath(new URL('count-modules.mjs', import.meta.url));
  const { status, output } = spawnSync(process.execPath, ['--import', hook, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return (output[3] ?? '').split('\n').filter((line) => line !== '');
}
