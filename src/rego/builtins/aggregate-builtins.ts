/** What is said of a whole collection: count, sum, product, extremes, order. */
import { operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { isRegoNumber } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { compareValues, isArrayValue, sizeOf, typeOf } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { multiply, plus } from './arithmetic-builtins.ts';
import { membersOf } from './operands.ts';

const SET_OR_ARRAY: OperandType = ['set', 'array'];
const ARRAY_OR_SET: OperandType = ['array', 'set'];
/** Members that are looked at for one step. */
const MEMBERS_PER_STEP = 8;

type Fold = (members: readonly Value[], context: BuiltinContext) => Value | undefined;
type Combine = (a: Value, b: Value, context: BuiltinContext) => RegoNumber;

/** The builtins over collections. */
export const aggregateBuiltins: readonly Builtin[] = [
  {
    name: 'count',
    args: [['array', 'object', 'set', 'string']],
    result: 'number',
    call: ([value], { charge }) =>
      typeof value === 'string' ? codePoints(value, charge) : sizeOf(value as readonly Value[]),
  },
  total('sum', 0, plus),
  total('product', 1, multiply),
  over('max', 'any', (members) => extreme(members, 1)),
  over('min', 'any', (members) => extreme(members, -1)),
  over('sort', 'array', sort),
  every('all', (members) => members.every((member) => member === true)),
  every('any', (members) => members.includes(true)),
];

function over(name: string, result: OperandType, fold: Fold): Builtin {
  return {
    name,
    args: [SET_OR_ARRAY],
    result,
    call: ([value], context) => {
      const members = membersOf(value as Value);
      context.charge(Math.ceil(members.length / MEMBERS_PER_STEP));
      return fold(members, context);
    },
  };
}

function every(name: string, fold: Fold): Builtin {
  return { ...over(name, 'boolean', fold), args: [ARRAY_OR_SET] };
}

function total(name: string, first: number, combine: Combine): Builtin {
  return {
    name,
    args: [SET_OR_ARRAY],
    result: 'number',
    call: ([value], context) => {
      const members = numbers(value as Value);
      context.charge(members.length);
      return members.reduce<RegoNumber>((sum, next) => combine(sum, next, context), first);
    },
  };
}

/** How many code points a string has: what Rego counts. */
function codePoints(text: string, charge: (steps: number) => void): number {
  charge(Math.ceil(text.length / MEMBERS_PER_STEP));
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function numbers(value: Value): readonly RegoNumber[] {
  const members = membersOf(value);
  const wrong = members.find((member) => !isRegoNumber(member));
  if (wrong === undefined) return members as readonly RegoNumber[];
  const kind = isArrayValue(value) ? 'array' : 'set';
  const found = `${kind} containing ${typeOf(wrong)}`;
  throw operandFailure(1, `must be ${kind} of numbers but got ${found}`);
}

/** A set's members are in order already. */
function sort(members: readonly Value[], context: BuiltinContext): Value {
  context.charge(members.length * Math.ceil(Math.log2(members.length + 1)));
  context.allocate(members.length * 8);
  return [...members].sort(compareValues);
}

function extreme(members: readonly Value[], sign: number): Value | undefined {
  let best = members[0];
  for (const member of members) if (compareValues(member, best as Value) * sign > 0) best = member;
  return best;
}
