/**
 * One piece of work over a policy, as plain values that can cross to another process: sources and
 * queries in, JSON texts out. What a policy was compiled to is kept for the next job.
 */
import { createHash } from 'node:crypto';
import type { Builtin } from './model/builtin.ts';
import { compilePolicy } from './compile-policy.ts';
import type { Policy } from './compile-policy.ts';
import { evaluateQuery, prepareQuery } from './evaluate-query.ts';
import type { EvaluationInput, PreparedQuery, QueryResult } from './evaluate-query.ts';
import { jsonText, parseJsonValue } from './model/json-text.ts';
import type { Limits } from './model/meter.ts';
import { parseModule, parseQuery } from './syntax/parse-module.ts';
import { RegoError, RegoErrors } from './model/rego-error.ts';
import type { Place } from './model/rego-error.ts';
import type { Module, RegoVersion, Statement } from './syntax/syntax.ts';
import type { ObjectValue, Value } from './model/value.ts';

/** The files of a policy. */
export interface RegoSources {
  readonly modules: readonly { readonly file: string; readonly text: string }[];
  readonly version: RegoVersion;
  /** JSON text of an object: the base documents. */
  readonly data?: string;
  /** As `opa check --strict`: what nothing uses is an error. */
  readonly isStrict?: boolean;
}

/** What is asked. */
export interface RegoJob {
  readonly sources: RegoSources;
  readonly queries: readonly string[];
  /** The package whose rules the queries may name. */
  readonly package?: readonly string[];
  /** What the queries import, as behind `import`: `data.lib as l`. */
  readonly imports?: readonly string[];
  /** JSON text; absent: `input` is undefined. */
  readonly input?: string;
  /** JSON text of what builtins of the caller's own read. */
  readonly handed?: string;
  /** Nanoseconds since 1970. */
  readonly nowNanos: bigint;
  /** From which all chance of the job is drawn. */
  readonly seed: Uint8Array;
  readonly limits?: Partial<Limits>;
  /** Characters that the values of each query may have as JSON; absent: any number. */
  readonly maxAnswer?: number;
  readonly strictBuiltinErrors?: boolean;
}

/** One error, as plain values. */
export interface RegoProblem {
  readonly code: string;
  readonly message: string;
  readonly at?: Place;
  readonly hint?: string;
  /** Of what cannot be read: the line that `at` is in. */
  readonly line?: string;
}

/** One solution of a query. */
export interface RegoSolution {
  /** Each statement with its value as JSON text. */
  readonly expressions: readonly {
    readonly text: string;
    readonly value: string;
    readonly line: number;
    readonly column: number;
  }[];
  /** JSON texts. */
  readonly bindings: Readonly<Record<string, string>>;
}

/** What came of one query. */
export type RegoOutcome =
  | { readonly solutions: readonly RegoSolution[] }
  | { readonly problems: readonly RegoProblem[] };

/** What came of a job. */
export interface RegoAnswer {
  /** One for each query, in order; empty where the policy itself is wrong. */
  readonly outcomes: readonly RegoOutcome[];
  /** What is wrong with the policy. */
  readonly problems: readonly RegoProblem[];
  /** What `print` and `trace` said. */
  readonly printed: readonly string[];
}

/** What policies may call, by name: the same for all jobs of a process. */
export type Builtins = ReadonlyMap<string, Builtin>;

/** Policies that are kept compiled, and characters of their sources: 120 bytes for each. */
const KEPT_POLICIES = 256;
const KEPT_CHARACTERS = 1_500_000;
const KEPT_QUERIES = 64;
const MAX_PRINTED = 10_000;
const MAX_PRINTED_CHARACTERS = 4 << 20;

/** A query with its statements, which its results are shown beside. */
interface AskedQuery {
  readonly query: PreparedQuery;
  readonly statements: readonly Statement[];
}

interface Kept {
  /** Characters of its sources; data take a tenth of what modules do. */
  readonly size: number;
  readonly policy: Policy;
  readonly queries: Map<string, AskedQuery>;
}

const kept = new Map<string, Kept>();

/** Does a job with some builtins; what is wrong is part of the answer. */
export function runRegoJob(job: RegoJob, builtins: Builtins): RegoAnswer {
  const printed: string[] = [];
  try {
    const compiled = compiledOf(job.sources, builtins);
    const outcomes = job.queries.map(ask(compiled, job, evaluationOf(job, printed)));
    return { outcomes, problems: [], printed };
  } catch (error) {
    return { outcomes: [], problems: problemsOf(error), printed };
  }
}

/** Reads all modules of a policy; throws `RegoErrors` with what is wrong in any of them. */
export function parseSources({ modules, version }: RegoSources): readonly Module[] {
  const errors: RegoError[] = [];
  const parsed = modules.flatMap(({ file, text }) => {
    try {
      return [parseModule({ file, text, version })];
    } catch (error) {
      if (!(error instanceof RegoErrors)) throw error;
      errors.push(...error.errors);
      return [];
    }
  });
  if (errors.length > 0) throw new RegoErrors(errors);
  return parsed;
}

function compiledOf(sources: RegoSources, builtins: Builtins): Kept {
  const key = createHash('sha256').update(JSON.stringify(sources)).digest('base64');
  const known = kept.get(key);
  if (known) {
    // The least recently used is first.
    kept.delete(key);
    kept.set(key, known);
    return known;
  }
  const data =
    sources.data === undefined ? {} : { data: parseJsonValue(sources.data) as ObjectValue };
  const { isStrict = false } = sources;
  const policy = compilePolicy({ modules: parseSources(sources), builtins, isStrict, ...data });
  const fresh: Kept = { size: sizeOf(sources), policy, queries: new Map() };
  kept.set(key, fresh);
  forgetOldest(kept, KEPT_POLICIES);
  while (kept.size > 1 && sizeOfKept() > KEPT_CHARACTERS) forgetOldest(kept, kept.size - 1);
  return fresh;
}

function sizeOf({ modules, data = '' }: RegoSources): number {
  return modules.reduce((sum, { text }) => sum + text.length, data.length / 10);
}

function sizeOfKept(): number {
  return [...kept.values()].reduce((sum, { size }) => sum + size, 0);
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

/** What all queries of a job are given: the input is read once. */
function evaluationOf(job: RegoJob, printed: string[]): EvaluationInput {
  let room = MAX_PRINTED_CHARACTERS;
  return {
    ...(job.input === undefined ? {} : { input: parseJsonValue(job.input) }),
    ...(job.handed === undefined ? {} : { handed: parseJsonValue(job.handed) }),
    ...(job.limits && { limits: job.limits }),
    nowNanos: job.nowNanos,
    strictBuiltinErrors: job.strictBuiltinErrors ?? false,
    print: (line) => {
      room -= line.length;
      if (printed.length < MAX_PRINTED && room >= 0) printed.push(line);
    },
  };
}

function ask(
  compiled: Kept,
  job: RegoJob,
  evaluation: EvaluationInput,
): (text: string) => RegoOutcome {
  return (text) => {
    try {
      const { query, statements } = preparedOf(compiled, job, text);
      const results = evaluateQuery(query, { ...evaluation, randomBytes: drawer(job.seed) });
      const solutions = results.map((result) => solutionOf(result, statements, text));
      refuseLong(solutions, job.maxAnswer);
      return { solutions };
    } catch (error) {
      return { problems: problemsOf(error) };
    }
  };
}

function refuseLong(solutions: readonly RegoSolution[], most = Number.POSITIVE_INFINITY): void {
  const values = solutions.flatMap(({ expressions }) => expressions);
  const found = values.reduce((sum, { value }) => sum + value.length, 0);
  if (found <= most) return;
  const message = `the answer has ${found} characters; at most ${most} are taken`;
  throw new RegoError('eval_limit_error', message);
}

function preparedOf(
  { policy, queries }: Kept,
  { package: place, imports }: Pick<RegoJob, 'package' | 'imports'>,
  text: string,
): AskedQuery {
  const key = JSON.stringify([place, imports, text]);
  const known = queries.get(key);
  if (known) return known;
  const statements = parseQuery(text);
  const scope = {
    ...(place && { package: place }),
    ...(imports && { imports: importsOf(imports) }),
  };
  const asked = { query: prepareQuery(policy, statements, scope), statements };
  queries.set(key, asked);
  forgetOldest(queries, KEPT_QUERIES);
  return asked;
}

function importsOf(texts: readonly string[]): Module['imports'] {
  const lines = texts.map((text) => `import ${text}`);
  return parseModule({ file: '', text: ['package query', ...lines].join('\n'), version: 'v1' })
    .imports;
}

/** Bytes by chance, but the same ones for the same seed: a digest in counter mode. */
function drawer(seed: Uint8Array): (count: number) => Uint8Array {
  let counter = 0;
  return (count) => {
    const blocks: Buffer[] = [];
    for (let size = 0; size < count; size += 32) {
      counter += 1;
      blocks.push(createHash('sha256').update(seed).update(String(counter)).digest());
    }
    return Buffer.concat(blocks).subarray(0, count);
  };
}

function solutionOf(
  { bindings, values }: QueryResult,
  statements: readonly Statement[],
  text: string,
): RegoSolution {
  const texts = statementTexts(statements, text);
  const expressions = values.map((value: Value, index) => ({
    text: texts[index] ?? text,
    value: jsonText(value),
    line: statements[index]?.at.line ?? 1,
    column: statements[index]?.at.column ?? 1,
  }));
  const named = Object.entries(bindings).map(([name, value]) => [name, jsonText(value)]);
  return { expressions, bindings: Object.fromEntries(named) as Record<string, string> };
}

/** What stands between the beginnings of statements, without what divides them. */
function statementTexts(statements: readonly Statement[], text: string): string[] {
  const lines = text.split('\n');
  const offsets = lines.map(
    (_, index) => lines.slice(0, index).join('\n').length + (index > 0 ? 1 : 0),
  );
  const starts = statements.map(({ at }) => (offsets[at.line - 1] ?? 0) + at.column - 1);
  return starts.map((start, index) => text.slice(start, starts[index + 1]).replace(/[;\s]+$/, ''));
}

/** An error of Rego as plain values; anything else is thrown on. */
export function problemsOf(error: unknown): readonly RegoProblem[] {
  if (error instanceof RegoErrors) return error.errors.map(problemOf);
  if (error instanceof RegoError) return [problemOf(error)];
  throw error;
}

function problemOf({ code, message, at, hint }: RegoError): RegoProblem {
  return { code, message, ...(at && { at }), ...(hint !== undefined && { hint }) };
}

/** Prints a problem as OPA does, with its line and its hint on lines of their own. */
export function formatProblem({ code, message, at, hint, line }: RegoProblem): string {
  const place = at?.file ? `${at.file}:${at.line}:${at.column}: ` : '';
  const shown = at && line !== undefined ? [`  ${line}`, `  ${' '.repeat(at.column - 1)}^`] : [];
  const more = hint === undefined ? [] : [`  hint: ${hint}`];
  return [`${place}${code}: ${message}`, ...shown, ...more].join('\n');
}
