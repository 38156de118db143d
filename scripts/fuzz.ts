/**
 * Runs the property tests for as long as it is told, instead of the hundred cases of a normal run:
 * FUZZ_SECONDS (60) is the whole time, shared among the properties. A failure prints its seed.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const PROPERTY = /\bfc\.assert\(/g;

const seconds = Number(process.env.FUZZ_SECONDS ?? 60);
if (!Number.isFinite(seconds) || seconds <= 0) {
  console.error(`fuzz: FUZZ_SECONDS is ${process.env.FUZZ_SECONDS}; give a number of seconds`);
  process.exit(1);
}

const files = globSync(['src/**/*.{test,fuzz}.ts', 'test/**/*.{test,fuzz}.ts'])
  .map((file) => ({ file, properties: countProperties(file) }))
  .filter(({ properties }) => properties > 0);
const properties = files.reduce((sum, file) => sum + file.properties, 0);
const workers = Math.max(1, Math.min(files.length, availableParallelism()));
const milliseconds = Math.max(100, (seconds * 1000 * workers) / Math.max(1, properties));

console.log(
  `fuzz: ${properties} properties in ${files.length} files, ` +
    `${(milliseconds / 1000).toFixed(1)} s each`,
);
const run = spawnSync(
  'vitest',
  ['run', '--config', 'vitest.fuzz.config.ts', ...files.map(({ file }) => file)],
  { stdio: 'inherit', env: { ...process.env, FUZZ_MILLISECONDS: String(milliseconds) } },
);
process.exitCode = properties === 0 ? 1 : (run.status ?? 1);

function countProperties(file: string): number {
  return readFileSync(file, 'utf8').match(PROPERTY)?.length ?? 0;
}
