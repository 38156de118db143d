/** Evaluating a query over policies of Rego from files: no server, no store. */
import { randomBytes } from 'node:crypto';
import { AssayError } from '../domain/error.ts';
import { jsonText, parseJsonValue } from '../rego/model/json-text.ts';
import type { Value } from '../rego/model/value.ts';
import type { RegoAnswer, RegoJob, RegoOutcome, RegoSources } from '../rego/rego-job.ts';
import { readTextFile } from '../remote/read-text-file.ts';
import { loadRego, readData, type RegoFiles } from './load-rego.ts';
import { readFactsFile } from './read-facts-file.ts';
import { createRegoPool, type RunRego } from './rego-pool.ts';
import { withLines } from './source-lines.ts';

/** What is asked of the files. */
export interface EvalRegoInput extends RegoFiles {
  readonly query: string;
  /** Path of the input, JSON or YAML. */
  readonly inputFile?: string;
  /** Its text, in its place. */
  readonly inputText?: string;
  /** Path of what is known of images. */
  readonly factsFile?: string;
  /** Dotted, e.g. `main` or `data.main`. */
  readonly package?: string;
  /** What the query imports: `data.lib as l`. */
  readonly imports?: readonly string[];
  /** What is only untidy is an error too. */
  readonly isStrict?: boolean;
  readonly strictBuiltinErrors: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  /** Microseconds since 1970. */
  readonly now: number;
}

const MAX_INPUT = 64 * 1024 * 1024;
/** Steps of a command's evaluation: nobody's deploy waits for it, its deadline ends it. */
export const COMMAND_STEPS = 2_000_000_000;

/** Evaluates one query. */
export async function evalRego(input: EvalRegoInput): Promise<RegoAnswer> {
  const sources = await loadRego(input);
  const text = await inputOf(input);
  const { factsFile } = input;
  const handed = factsFile === undefined ? undefined : await readFactsFile(factsFile);
  const job = {
    ...jobOf(input, sources),
    ...(text !== undefined && { input: text }),
    ...(handed !== undefined && { handed }),
  };
  const answer = await withRegoProcess((run) => run(job, input.timeout));
  const texts = textsOf(sources, input.query);
  return {
    ...answer,
    problems: withLines(answer.problems, texts),
    outcomes: answer.outcomes.map((outcome): RegoOutcome =>
      'problems' in outcome ? { problems: withLines(outcome.problems, texts) } : outcome,
    ),
  };
}

function jobOf(input: EvalRegoInput, sources: RegoSources): RegoJob {
  const { imports, isStrict } = input;
  const place = input.package
    ?.replace(/^data\.?/, '')
    .split('.')
    .filter(Boolean);
  return {
    sources: { ...sources, ...(isStrict && { isStrict }) },
    queries: [input.query],
    ...(place && { package: place }),
    ...(imports && { imports }),
    nowNanos: BigInt(input.now) * 1000n,
    seed: randomBytes(32),
    limits: { steps: COMMAND_STEPS },
    strictBuiltinErrors: input.strictBuiltinErrors,
  };
}

async function inputOf({ inputFile, inputText }: EvalRegoInput): Promise<string | undefined> {
  if (inputFile === undefined && inputText === undefined) return undefined;
  if (inputFile !== undefined && inputText !== undefined) {
    const message = '--input and --stdin-input were both given; give the input once';
    throw new AssayError('invalid-argument', message);
  }
  const path = inputFile ?? 'the standard input';
  const text = inputText ?? (await readTextFile(path, MAX_INPUT));
  return jsonText(readInput(path, text));
}

/** JSON is read without loss, as which it is tried first where the name does not say what it is. */
function readInput(path: string, text: string): Value {
  if (/\.ya?ml$/.test(path)) return readData({ path, text });
  try {
    return parseJsonValue(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return readData({ path, text });
  }
}

/** The sources' texts by their files, and that of a query by the empty name. */
export function textsOf({ modules }: RegoSources, query = ''): ReadonlyMap<string, string> {
  return new Map([['', query], ...modules.map(({ file, text }) => [file, text] as const)]);
}

/** Does some work with a process that ends with it. */
export async function withRegoProcess<T>(work: (run: RunRego) => Promise<T>): Promise<T> {
  const pool = createRegoPool(1);
  try {
    return await work(pool.run);
  } finally {
    await pool.close();
  }
}
