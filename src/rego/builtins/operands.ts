/** Operands as builtins want them: integers, strings of a collection, failures in OPA's words. */
import { operandFailure } from '../builtin.ts';
import { isWhole } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { RegoSet, isArrayValue, typeOf } from '../value.ts';
import type { Value } from '../value.ts';

/** A whole number as a bigint; fails for a decimal. */
export function integerOperand(value: Value, position: number): bigint {
  if (isWhole(value as RegoNumber)) return BigInt(value as number | bigint);
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
