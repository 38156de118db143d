/**
 * Charges for a result as it will be printed, with all parts that it shares spelt out: whoever
 * prints it has no budget of his own, and no more stack than there is.
 */
import type { Meter } from '../model/meter.ts';
import { RegoError } from '../model/rego-error.ts';
import { KeyedObject, RegoSet, type Value, isArrayValue, isObjectValue } from '../model/value.ts';

/** Deepest nesting of inputs and results: everything that goes through values recurses. */
export const MAX_DEPTH = 1000;

/** Of a number, a name, a bracket in the text that is printed. */
const BYTES_PER_PART = 16;

/** Takes a result's steps and bytes; throws `eval_limit_error`. */
export function weighResult(value: Value, meter: Meter, depth = 0): void {
  meter.spend(1);
  meter.allocate(BYTES_PER_PART + (typeof value === 'string' ? value.length * 2 : 0));
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) {
    const message = `a result is nested more than ${MAX_DEPTH} levels deep`;
    throw new RegoError('eval_limit_error', message);
  }
  for (const part of partsIn(value)) weighResult(part, meter, depth + 1);
}

/** Members, and keys with their values, in no order. */
function partsIn(value: Value): Iterable<Value> {
  if (isArrayValue(value)) return value;
  if (value instanceof RegoSet) return value.unordered();
  if (value instanceof KeyedObject) {
    return value.keys.flatMap((key) => [key, value.get(key) as Value]);
  }
  return isObjectValue(value) ? Object.entries(value).flat() : [];
}
