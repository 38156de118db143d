/**
 * Runs the fuzzers of what comes over the wire (`*.fuzz.ts`), then the property tests, each for as
 * long as it is told instead of the hundred cases of a normal run: FUZZ_SECONDS (60) is the time of
 * either, shared among its properties. A failure prints its seed.
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

/** The files of a pattern that have properties, and how many. */
function find(patterns: readonly string[]): readonly Found[] {
  return globSync([...patterns])
    .map((file) => ({ file, properties: countProperties(file) }))
    .filter(({ properties }) => properties > 0);
}

interface Found {
  readonly file: string;
  readonly properties: number;
}

/** Runs the properties of some files for the whole time; answers vitest's exit code. */
function run(title: string, files: readonly Found[]): number {
  const properties = files.reduce((sum, file) => sum + file.properties, 0);
  const workers = Math.max(1, Math.min(files.length, availableParallelism()));
  const milliseconds = Math.max(100, (seconds * 1000 * workers) / Math.max(1, properties));
  const each = `${(milliseconds / 1000).toFixed(1)} s each`;
  console.log(`fuzz: ${title}: ${properties} properties in ${files.length} files, ${each}`);
  if (properties === 0) return 1;
  const paths = files.map(({ file }) => file);
  const args = ['run', '--config', 'vitest.fuzz.config.ts', ...paths];
  const env = { ...process.env, FUZZ_MILLISECONDS: String(milliseconds) };
  return spawnSync('vitest', args, { stdio: 'inherit', env }).status ?? 1;
}

const codes = [
  run('what comes over the wire', find(['src/**/*.fuzz.ts', 'test/**/*.fuzz.ts'])),
  run('properties of the tests', find(['src/**/*.test.ts', 'test/**/*.test.ts'])),
];
process.exitCode = codes.find((code) => code !== 0) ?? 0;

function countProperties(file: string): number {
  return readFileSync(file, 'utf8').match(PROPERTY)?.length ?? 0;
}
