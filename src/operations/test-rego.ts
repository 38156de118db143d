/** Testing policies of Rego from files: the rules whose names begin with `test_`, as `opa test`. */
import { randomBytes } from 'node:crypto';
import { RE2JS } from 're2js';
import { AssayError } from '../domain/error.ts';
import {
  formatProblem,
  parseSources,
  problemsOf,
  type RegoAnswer,
  type RegoJob,
  type RegoProblem,
  type RegoSources,
} from '../rego/rego-job.ts';
import type { Module, Rule } from '../rego/syntax/syntax.ts';
import { COMMAND_STEPS, textsOf, withRegoProcess } from './eval-rego.ts';
import { type FailingStatement, failingStatement } from './failing-statement.ts';
import { loadRego, type RegoFiles } from './load-rego.ts';
import type { RunRego } from './rego-pool.ts';
import { type CasesRule, withCasesRules } from './rego-test-cases.ts';
import { withLines } from './source-lines.ts';

/** What came of one rule whose name begins with `test_`. */
export interface RegoTest {
  /** e.g. `data.main`. */
  readonly package: string;
  /** e.g. `test_allowed`. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly result: 'pass' | 'fail' | 'error' | 'skip';
  /** Of a test that fails: the statement that does not hold. */
  readonly failing?: FailingStatement;
  /** Of a test over cases, `test_x[case]`: which of them hold. */
  readonly cases: Readonly<Record<string, boolean>>;
  readonly problems: readonly RegoProblem[];
  readonly printed: readonly string[];
  /** How long it took. */
  readonly nanoseconds: number;
}

/** What is to be tested. */
export interface TestRegoInput extends RegoFiles {
  /** A regular expression of RE2: `data.main.test_x` of the tests that are wanted. */
  readonly only?: string;
  /** Milliseconds of each test. */
  readonly timeout: number;
  readonly now: number;
}

type FoundTest = Pick<RegoTest, 'package' | 'name' | 'file' | 'line' | 'column'> & {
  /** The query that answers it. */
  readonly query: string;
  /** Of a test over cases: the query for their names. */
  readonly casesQuery?: string;
  readonly module: Module;
  readonly rule: Rule;
};

/** Runs the tests of a policy; throws `invalid-policy` where it cannot be compiled. */
export async function testRego(input: TestRegoInput): Promise<readonly RegoTest[]> {
  const given = await loadRego(input);
  const { modules, cases } = withCasesRules(given.modules, parsedOrRefused(given));
  const sources = { ...given, modules };
  const wanted = patternOf(input.only);
  const found = testsOf(parsedOrRefused(given), cases).filter((one) =>
    wanted.matcher(`${one.package}.${one.name}`).find(),
  );
  return withRegoProcess(async (run) => {
    const tests: RegoTest[] = [];
    for (const one of found) tests.push(await runTest(run, one, { ...input, sources }));
    return tests;
  });
}

function patternOf(only = ''): RE2JS {
  try {
    return RE2JS.compile(only);
  } catch (cause) {
    const message = `--run is no regular expression of RE2: ${(cause as Error).message}`;
    throw new AssayError('invalid-argument', message, { cause });
  }
}

function testsOf(
  modules: readonly Module[],
  casesRules: ReadonlyMap<string, CasesRule>,
): readonly FoundTest[] {
  const found = new Map<string, FoundTest>();
  for (const module of modules) {
    for (const rule of module.rules) {
      const { ref, args, at } = rule;
      const head = ref.kind === 'var' ? ref : ref.head;
      const name = head.kind === 'var' ? head.name : '';
      if (args || !/^(todo_)?test_/.test(name)) continue;
      const place = ['data', ...module.package].join('.');
      const key = `${place}.${name}`;
      if (found.has(key)) continue;
      const query = queryOf(module, name);
      const { file } = module;
      const { line, column } = at;
      const test = { package: place, name, file, line, column, query, module, rule };
      const cases = casesRules.get(key);
      found.set(key, cases ? { ...test, casesQuery: queryOf(module, cases.name) } : test);
    }
  }
  return [...found.values()];
}

function queryOf(module: Module, rule: string): string {
  const path = [...module.package, rule].map((part) => `[${JSON.stringify(part)}]`);
  return `data${path.join('')}`;
}

interface Running extends TestRegoInput {
  readonly sources: RegoSources;
}

async function runTest(run: RunRego, test: FoundTest, input: Running): Promise<RegoTest> {
  const { query, casesQuery, module, rule, ...shown } = test;
  const base = { ...shown, cases: {}, problems: [], printed: [], nanoseconds: 0 };
  if (test.name.startsWith('todo_')) return { ...base, result: 'skip' };
  const { sources, now, timeout } = input;
  const ask = (job: Pick<RegoJob, 'sources' | 'queries'>): Promise<RegoAnswer> => {
    const more = { nowNanos: BigInt(now) * 1000n, seed: randomBytes(32) };
    return run({ ...job, ...more, limits: { steps: COMMAND_STEPS } }, timeout);
  };
  const started = performance.now();
  const queries = casesQuery === undefined ? [query] : [query, casesQuery];
  const answer = await ask({ sources, queries });
  if (answer.problems.length > 0) throw refusal(answer.problems, sources);
  const nanoseconds = Math.round((performance.now() - started) * 1e6);
  const timed = { ...base, printed: answer.printed, nanoseconds };
  const problems = answer.outcomes.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) return { ...timed, result: 'error', problems };
  const value = valueAt(answer, 0);
  const judgement = judged(value, valueAt(answer, 1));
  const isTold = value === undefined && casesQuery === undefined;
  const failing = isTold ? await failingStatement(ask, sources, { module, rule }) : undefined;
  return { ...timed, ...judgement, ...(failing && { failing }) };
}

function valueAt({ outcomes }: RegoAnswer, index: number): unknown {
  const outcome = outcomes[index];
  const solution = outcome && 'solutions' in outcome ? outcome.solutions[0] : undefined;
  const value = solution?.expressions[0]?.value;
  return value === undefined ? undefined : (JSON.parse(value) as unknown);
}

/** A test holds where it is neither undefined nor false; one over cases, where all of them do. */
function judged(value: unknown, names: unknown): Pick<RegoTest, 'result' | 'cases'> {
  const known = Object.keys((names ?? {}) as object);
  const isOverCases = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isOverCases) {
    return { result: value === undefined || value === false ? 'fail' : 'pass', cases: {} };
  }
  const answers = value as Readonly<Record<string, unknown>>;
  const all = [...new Set([...known, ...Object.keys(answers)])].toSorted();
  const cases = Object.fromEntries(all.map((name) => [name, holds(answers, name)]));
  return { result: Object.values(cases).includes(false) ? 'fail' : 'pass', cases };
}

function holds(answers: Readonly<Record<string, unknown>>, name: string): boolean {
  return Object.hasOwn(answers, name) && answers[name] !== false;
}

function parsedOrRefused(sources: RegoSources): readonly Module[] {
  try {
    return parseSources(sources);
  } catch (error) {
    throw refusal(problemsOf(error), sources);
  }
}

/** The error of a policy that cannot be compiled, with all that is wrong with it. */
function refusal(problems: readonly RegoProblem[], sources: RegoSources): AssayError {
  const count = `${problems.length} error${problems.length === 1 ? '' : 's'} occurred`;
  const lines = withLines(problems, textsOf(sources)).map(formatProblem);
  return new AssayError('invalid-policy', `${count}:\n${lines.join('\n')}`);
}
