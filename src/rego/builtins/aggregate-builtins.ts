/** What is said of a whole collection: count, sum, product, extremes, order. */
import { operandFailure } from '../builtin.ts';
import type { Builtin, OperandType } from '../builtin.ts';
import { isRegoNumber } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { compareValues, sizeOf, typeOf } from '../value.ts';
import type { Value } from '../value.ts';
import { multiply, plus } from './arithmetic-builtins.ts';
import { membersOf } from './operands.ts';

const COLLECTION: OperandType = ['array', 'set'];

/** The builtins over collections. */
export const aggregateBuiltins: readonly Builtin[] = [
  {
    name: 'count',
    args: [['array', 'object', 'set', 'string']],
    result: 'number',
    call: ([value]) =>
      typeof value === 'string' ? codePoints(value) : sizeOf(value as readonly Value[]),
  },
  over('sum', 'number', (members) => numbers(members).reduce((sum, next) => plus(sum, next), 0)),
  over('product', 'number', (members) => numbers(members).reduce(multiply, 1)),
  over('max', 'any', (members) => extreme(members, 1)),
  over('min', 'any', (members) => extreme(members, -1)),
  over('sort', 'array', (members) => [...members].sort(compareValues)),
  over('all', 'boolean', (members) => members.every((member) => member === true)),
  over('any', 'boolean', (members) => members.includes(true)),
];

function over(
  name: string,
  result: OperandType,
  fold: (members: readonly Value[]) => Value | undefined,
): Builtin {
  return { name, args: [COLLECTION], result, call: ([value]) => fold(membersOf(value as Value)) };
}

/** How many code points a string has: what Rego counts. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function numbers(members: readonly Value[]): readonly RegoNumber[] {
  const wrong = members.find((member) => !isRegoNumber(member));
  if (wrong === undefined) return members as readonly RegoNumber[];
  throw operandFailure(1, `must be array of numbers but got array containing ${typeOf(wrong)}`);
}

function extreme(members: readonly Value[], sign: number): Value | undefined {
  let best = members[0];
  for (const member of members) if (compareValues(member, best as Value) * sign > 0) best = member;
  return best;
}
