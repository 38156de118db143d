/** Asks for the value of an expression of Rego, as the tables of the builtins' tests do. */
import { compilePolicy } from '../../src/rego/compile-policy.ts';
import { evaluateQuery, prepareQuery } from '../../src/rego/evaluate-query.ts';
import type { Limits } from '../../src/rego/model/meter.ts';
import { formatRegoError, RegoError, RegoErrors } from '../../src/rego/model/rego-error.ts';
import { formatValue, type Value } from '../../src/rego/model/value.ts';

/** The moment of all these tests: 2026-01-01T00:00:00Z. */
export const TEST_NANOS = 1_767_225_600_000_000_000n;

/** Limits that an attack meets in milliseconds: the default ones are there to be a second away. */
export const SMALL_LIMITS: Partial<Limits> = { steps: 500_000, bytes: 8 * 1024 * 1024 };

const policy = compilePolicy({ modules: [] });

/** The value of an expression; undefined where it has none. Errors of builtins are thrown. */
export function regoValue(
  expression: string,
  input: Value = {},
  limits: Partial<Limits> = {},
): Value | undefined {
  const prepared = prepareQuery(policy, `answer := ${expression}`);
  const [found] = evaluateQuery(prepared, {
    input,
    limits,
    nowNanos: TEST_NANOS,
    randomBytes: (count) => new Uint8Array(count).fill(7),
    strictBuiltinErrors: true,
  });
  return found?.bindings.answer;
}

/** What an expression gives, as a text: its value, `undefined`, or the error. */
export function regoAnswer(
  expression: string,
  input: Value = {},
  limits: Partial<Limits> = {},
): string {
  try {
    const value = regoValue(expression, input, limits);
    return value === undefined ? 'undefined' : formatValue(value);
  } catch (error) {
    if (error instanceof RegoError) return `${error.code}: ${error.message}`;
    if (error instanceof RegoErrors) return error.errors.map(formatRegoError).join('\n');
    throw error;
  }
}
