/** Operands as builtins want them: integers, strings of a collection, failures in OPA's words. */
import { operandFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { wholeOf } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import {
  RegoSet,
  isArrayValue,
  isObjectValue,
  sizeOf,
  sortedPairs,
  typeOf,
} from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { countWork } from '../model/value-work.ts';

/** A whole number as a bigint; fails for a decimal. */
export function integerOperand(value: Value, position: number): bigint {
  const whole = wholeOf(value as RegoNumber);
  if (whole !== undefined) return whole;
  throw operandFailure(position, 'must be integer number but got floating-point number');
}

/** A whole number that a JavaScript number holds; longer ones are the largest of their sign. */
export function smallIntegerOperand(value: Value, position: number): number {
  const integer = integerOperand(value, position);
  const bound = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(integer > bound ? bound : integer < -bound ? -bound : integer);
}

/** The members of an array or a set. */
export function membersOf(value: Value): readonly Value[] {
  countWork(sizeOf(value as readonly Value[] | RegoSet) >> 3);
  return value instanceof RegoSet ? value.values : (value as readonly Value[]);
}

/** The members of an array or a set, all of which must be strings. */
export function stringMembers(value: Value, position: number): readonly string[] {
  const members = membersOf(value);
  const wrong = members.find((member) => typeof member !== 'string');
  if (wrong === undefined) return members as readonly string[];
  const kind = isArrayValue(value) ? 'array' : 'set';
  const found = `must be ${kind} of strings but got ${kind} containing ${typeOf(wrong)}`;
  throw operandFailure(position, found);
}

/** The parts of a collection with their keys, in Rego's order; of anything else none. */
export function partsOf(value: Value): readonly (readonly [Value, Value])[] {
  if (isArrayValue(value)) {
    countWork(value.length);
    return value.map((item, index) => [index, item]);
  }
  if (value instanceof RegoSet) return value.values.map((member) => [member, member]);
  return isObjectValue(value) ? sortedPairs(value) : [];
}

const BYTES_PER_MEMORY = 128;

/** What a query made before under a key, or makes now: once however often it is asked for. */
export function remembered<T>({ memory, allocate }: BuiltinContext, key: string, make: () => T): T {
  const known = memory.get(key);
  // The key says by whom it was made.
  if (known !== undefined) return known as T;
  allocate(BYTES_PER_MEMORY + key.length * 2);
  const made = make();
  memory.set(key, made);
  return made;
}
