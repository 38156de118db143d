/**
 * Runs cases of OPA's conformance data: compiles the modules, asks the query, and compares what
 * comes out with what the row wants. Used by the conformance test, the bench and the fuzz test.
 */
import { readFileSync } from 'node:fs';
import type { Builtin } from '../../src/rego/model/builtin.ts';
import { allBuiltins } from '../../src/rego/builtins/all-builtins.ts';
import { compilePolicy } from '../../src/rego/compile-policy.ts';
import { evaluateQuery, prepareQuery, type QueryResult } from '../../src/rego/evaluate-query.ts';
import { jsonText, parseJsonValue } from '../../src/rego/model/json-text.ts';
import { parseModule, parseTerm } from '../../src/rego/syntax/parse-module.ts';
import { RegoError, RegoErrors } from '../../src/rego/model/rego-error.ts';
import type { Term } from '../../src/rego/syntax/syntax.ts';
import type { ObjectValue, Value } from '../../src/rego/model/value.ts';
import { testData } from './test-data.ts';

/** One row. */
export interface RegoCase {
  readonly note: string;
  readonly family: string;
  readonly query: string;
  readonly modules: readonly string[] | null;
  readonly data?: ObjectValue | null;
  readonly input?: Value;
  /** Rego's text of an input that JSON cannot say. */
  readonly input_term?: string | null;
  readonly want_result?: readonly Readonly<Record<string, Value>>[] | null;
  readonly want_error_code?: string | null;
  readonly want_error?: string | null;
  readonly strict_error?: boolean | null;
  readonly sort_bindings?: boolean | null;
}

/** All rows of the data; none where they are not at hand. */
export function readRegoCases(): readonly RegoCase[] {
  const file = testData('cases', 'rego-cases.json');
  if (file === undefined) return [];
  const whole = parseJsonValue(readFileSync(file, 'utf8')) as unknown as { cases: RegoCase[] };
  return whole.cases;
}

/** What is wrong with our answer to a row; undefined where nothing is. */
export function judgeCase(one: RegoCase): string | undefined {
  let results: readonly QueryResult[];
  try {
    results = runCase(one);
  } catch (error) {
    return judgeError(one, error);
  }
  if (one.want_error_code || one.want_error) {
    return `wanted ${one.want_error_code ?? one.want_error}, got ${rows(one, results).join(' ')}`;
  }
  const wanted = (one.want_result ?? []).map((row) => rowText(one, row)).toSorted();
  const found = rows(one, results);
  if (wanted.join('\n') === found.join('\n')) return undefined;
  return `wanted ${wanted.join(' ')}, got ${found.join(' ')}`;
}

/** OPA's own runner has a builtin that waits; here time stands still. */
const SLEEP: Builtin = { name: 'test.sleep', args: ['string'], result: 'null', call: () => null };
const BUILTINS = new Map([...allBuiltins, [SLEEP.name, SLEEP]]);

/** The results of a row's query; throws what the compiler or the evaluation throws. */
export function runCase(one: RegoCase): readonly QueryResult[] {
  const modules = (one.modules ?? []).map((text, index) =>
    parseModule({ file: `test-${index}.rego`, text, version: 'v1' }),
  );
  const policy = compilePolicy({ modules, data: one.data ?? {}, builtins: BUILTINS });
  const query = prepareQuery(policy, one.query);
  const input = inputOf(one);
  return evaluateQuery(query, {
    ...(input === undefined ? {} : { input }),
    strictBuiltinErrors: one.strict_error ?? false,
    nowNanos: 1_764_115_200_000_000_000n,
  });
}

function inputOf(one: RegoCase): Value | undefined {
  if (typeof one.input_term !== 'string') return one.input;
  const policy = compilePolicy({ modules: [] });
  const term: Term = parseTerm(one.input_term);
  const at = { file: '', line: 1, column: 1 };
  const query = prepareQuery(policy, [{ kind: 'term', term, negated: false, with: [], at }]);
  return evaluateQuery(query)[0]?.values[0];
}

function rows(one: RegoCase, results: readonly QueryResult[]): readonly string[] {
  return results.map(({ bindings }) => rowText(one, bindings)).toSorted();
}

/** A row as a text; arrays are sorted where their order says nothing. */
function rowText(one: RegoCase, row: Readonly<Record<string, Value>>): string {
  const names = Object.keys(row).filter((name) => !name.startsWith('__local'));
  const members = names.toSorted().map((name) => {
    const plain = parseJsonValue(jsonText(row[name] as Value));
    return `${name}: ${jsonText(one.sort_bindings ? sorted(plain) : plain)}`;
  });
  return `{${members.join(', ')}}`;
}

function sorted(value: Value): Value {
  if (!Array.isArray(value)) return value;
  const texts = value.map((item: Value) => jsonText(item)).toSorted();
  return texts.map((text) => parseJsonValue(text));
}

function judgeError(one: RegoCase, thrown: unknown): string | undefined {
  const error = thrown instanceof RegoErrors ? thrown.errors[0] : thrown;
  if (!(error instanceof RegoError)) return `threw ${String((thrown as Error).stack ?? thrown)}`;
  const place = error.at ? `${error.at.file}:${error.at.line}: ` : '';
  const found = `${place}${error.code}: ${error.message}`;
  if (isWanted(one, error, found)) return undefined;
  return `wanted ${one.want_error_code ?? ''} ${one.want_error ?? 'a result'}, got ${found}`;
}

function isWanted(one: RegoCase, error: RegoError, found: string): boolean {
  const { want_error_code: code, want_error: message } = one;
  if (!code && !message) return false;
  return (!code || error.code === code) && (!message || found.includes(message));
}
