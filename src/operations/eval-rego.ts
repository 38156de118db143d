/** Evaluating, testing and checking policies of Rego from files: no server, no store. */
import { randomBytes } from 'node:crypto';
import { AssayError } from '../domain/error.ts';
import { POLICY_BUILTINS } from '../policy/assay-builtins.ts';
import { blindToReviews } from '../policy/rego-input.ts';
import { lintPolicy, type RegoWarning } from '../rego/lint-policy.ts';
import {
  formatProblem,
  parseSources,
  problemsOf,
  runRegoJob,
  type RegoAnswer,
  type RegoProblem,
  type RegoSources,
} from '../rego/rego-job.ts';
import type { Module, RegoVersion } from '../rego/syntax.ts';
import { readTextFile } from '../remote/read-text-file.ts';
import { loadRego, readData } from './load-rego.ts';
import { jsonText } from '../rego/json-text.ts';
import { createRegoPool, type RunRego } from './rego-pool.ts';

/** Paths of modules and data, and how they are read. */
export interface RegoFiles {
  readonly paths: readonly string[];
  readonly version: RegoVersion;
}

/** What is asked of the files. */
export interface EvalRegoInput extends RegoFiles {
  readonly query: string;
  /** Path of the input, JSON or YAML. */
  readonly inputFile?: string;
  /** Its text, in its place. */
  readonly inputText?: string;
  /** Dotted, e.g. `main` or `data.main`. */
  readonly package?: string;
  readonly strictBuiltinErrors: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  /** Microseconds since 1970. */
  readonly now: number;
}

const MAX_INPUT = 64 * 1024 * 1024;
/** Steps of a command's evaluation: nobody's deploy waits for it, its deadline ends it. */
const STEPS = 2_000_000_000;

/** Evaluates one query. */
export async function evalRego(input: EvalRegoInput): Promise<RegoAnswer> {
  const sources = await loadRego(input.paths, input.version);
  const text = await inputOf(input);
  const place = input.package
    ?.replace(/^data\.?/, '')
    .split('.')
    .filter(Boolean);
  return withPool((run) =>
    run(
      {
        sources,
        queries: [input.query],
        ...(text !== undefined && { input: text }),
        ...(place && { package: place }),
        nowNanos: BigInt(input.now) * 1000n,
        seed: randomBytes(32),
        limits: { steps: STEPS },
        strictBuiltinErrors: input.strictBuiltinErrors,
      },
      input.timeout,
    ),
  );
}

async function inputOf({ inputFile, inputText }: EvalRegoInput): Promise<string | undefined> {
  if (inputFile === undefined && inputText === undefined) return undefined;
  const path = inputFile ?? 'the standard input';
  const text = inputText ?? (await readTextFile(path, MAX_INPUT));
  // A document of JSON is one of YAML too, but is read without loss.
  const isYaml = /\.ya?ml$/.test(path);
  return jsonText(readData({ path: isYaml ? path : `${path}.json`, text }));
}

async function withPool<T>(work: (run: RunRego) => Promise<T>): Promise<T> {
  const pool = createRegoPool(1);
  try {
    return await work(pool.run);
  } finally {
    await pool.close();
  }
}

/** What came of one rule whose name begins with `test_`. */
export interface RegoTest {
  /** e.g. `data.main.test_allowed`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly result: 'pass' | 'fail' | 'error' | 'skip';
  readonly problems: readonly RegoProblem[];
  readonly printed: readonly string[];
  readonly milliseconds: number;
}

/** What is to be tested. */
export interface TestRegoInput extends RegoFiles {
  /** Part of the names of the tests that are wanted. */
  readonly only?: string;
  /** Milliseconds of each test. */
  readonly timeout: number;
  readonly now: number;
}

/** Runs the tests of a policy; throws `invalid-policy` where it cannot be compiled. */
export async function testRego(input: TestRegoInput): Promise<readonly RegoTest[]> {
  const sources = await loadRego(input.paths, input.version);
  const found = testsOf(sources).filter(({ name }) => name.includes(input.only ?? ''));
  return withPool(async (run) => {
    const tests: RegoTest[] = [];
    for (const one of found) tests.push(await runTest(run, one, { ...input, sources }));
    return tests;
  });
}

type FoundTest = Pick<RegoTest, 'name' | 'file' | 'line'>;

function testsOf(sources: RegoSources): FoundTest[] {
  const found = new Map<string, FoundTest>();
  for (const module of refuseProblems(() => parseSources(sources))) {
    for (const { ref, args, at } of module.rules) {
      const rule = ref.kind === 'var' ? ref.name : undefined;
      if (args || rule === undefined || !/^(todo_)?test_/.test(rule)) continue;
      const name = ['data', ...module.package, rule].join('.');
      if (!found.has(name)) found.set(name, { name, file: module.file, line: at.line });
    }
  }
  return [...found.values()];
}

async function runTest(
  run: RunRego,
  test: FoundTest,
  input: TestRegoInput & { readonly sources: RegoSources },
): Promise<RegoTest> {
  const base = { ...test, problems: [], printed: [], milliseconds: 0 };
  if (test.name.includes('.todo_test_')) return { ...base, result: 'skip' };
  const { sources, now, timeout } = input;
  const started = performance.now();
  const job = {
    sources,
    queries: [test.name],
    nowNanos: BigInt(now) * 1000n,
    seed: randomBytes(32),
  };
  const answer = await run({ ...job, limits: { steps: STEPS } }, timeout);
  if (answer.problems.length > 0) throw refusal(answer.problems);
  const milliseconds = performance.now() - started;
  const timed = { ...base, printed: answer.printed, milliseconds };
  const [outcome] = answer.outcomes;
  if (outcome && 'problems' in outcome) {
    return { ...timed, result: 'error', problems: outcome.problems };
  }
  const value = outcome?.solutions[0]?.expressions[0]?.value;
  return { ...timed, result: value === undefined || value === 'false' ? 'fail' : 'pass' };
}

/** What is wrong with files of Rego, and what is legal but likely not meant. */
export interface RegoCheck {
  readonly modules: number;
  readonly problems: readonly RegoProblem[];
  readonly warnings: readonly RegoWarning[];
}

/** Compiles files without asking them anything. */
export async function checkRego({ paths, version }: RegoFiles): Promise<RegoCheck> {
  const sources = await loadRego(paths, version);
  const nothing = { queries: [], nowNanos: 0n, seed: new Uint8Array(32) };
  const { problems } = runRegoJob({ sources, ...nothing }, POLICY_BUILTINS);
  const warnings = problems.length > 0 ? [] : warningsOf(parseSources(sources));
  return { modules: sources.modules.length, problems, warnings };
}

function warningsOf(modules: readonly Module[]): readonly RegoWarning[] {
  return [...modules.flatMap(lintPolicy), ...blindToReviews(modules)];
}

function refuseProblems<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw refusal(problemsOf(error));
  }
}

/** The error of a policy that cannot be compiled, with all that is wrong with it. */
export function refusal(problems: readonly RegoProblem[]): AssayError {
  const count = `${problems.length} error${problems.length === 1 ? '' : 's'} occurred`;
  return new AssayError('invalid-policy', `${count}:\n${problems.map(formatProblem).join('\n')}`);
}
