/**
 * Arithmetic. Whole numbers are computed exactly at any size; as soon as a decimal or a quotient
 * that is not whole comes in, with the 64 bits of `big-float.ts`, as OPA does. `-` also takes one
 * set from another. Long numbers cost steps, and beyond 32,768 bits they end the evaluation.
 */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { compareNumbers, fromBigInt, wholeOf } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { RegoSet, typeOf } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { addFloats, divideFloats, multiplyFloats, negateFloat, toBigFloat } from './big-float.ts';
import type { BigFloat } from './big-float.ts';
import { limitedFloat, limitedWhole, spendOnFloats, spendOnWholes } from './number-cost.ts';
import { integerOperand, smallIntegerOperand } from './operands.ts';

/** One operation over numbers of each form. */
interface Operation {
  /** Over whole numbers; exact where its result is a safe integer. */
  readonly small: (a: number, b: number) => number;
  readonly whole: (a: bigint, b: bigint) => bigint;
  readonly float: (a: BigFloat, b: BigFloat) => BigFloat;
}

const PLUS: Operation = { small: (x, y) => x + y, whole: (x, y) => x + y, float: addFloats };
const MINUS: Operation = {
  small: (x, y) => x - y,
  whole: (x, y) => x - y,
  float: (x, y) => addFloats(x, negateFloat(y)),
};
const TIMES: Operation = { small: (x, y) => x * y, whole: (x, y) => x * y, float: multiplyFloats };

const NUMBERS: readonly OperandType[] = ['number', 'number'];

/** The builtins of arithmetic. */
export const arithmeticBuiltins: readonly Builtin[] = [
  {
    name: 'plus',
    args: NUMBERS,
    result: 'number',
    call: ([a, b], context) => plus(a!, b!, context),
  },
  {
    name: 'minus',
    args: [
      ['number', 'set'],
      ['number', 'set'],
    ],
    result: ['number', 'set'],
    call: minus,
  },
  {
    name: 'mul',
    args: NUMBERS,
    result: 'number',
    call: ([a, b], context) => multiply(a!, b!, context),
  },
  { name: 'div', args: NUMBERS, result: 'number', call: divide },
  { name: 'rem', args: NUMBERS, result: 'number', call: remainder },
  one('abs', absolute),
  one('round', round),
  one('ceil', ceil),
  one('floor', floor),
  { name: 'numbers.range', args: NUMBERS, result: 'array', call: range },
  { name: 'numbers.range_step', args: [...NUMBERS, 'number'], result: 'array', call: rangeStep },
];

type One = (value: RegoNumber, context: BuiltinContext) => RegoNumber;

function one(name: string, compute: One): Builtin {
  const call: Builtin['call'] = ([a], context) => compute(a as RegoNumber, context);
  return { name, args: ['number'], result: 'number', call };
}

/** The sum of two numbers. */
export function plus(a: Value, b: Value, context: BuiltinContext): RegoNumber {
  return compute([a, b], PLUS, context);
}

/** The product of two numbers. */
export function multiply(a: Value, b: Value, context: BuiltinContext): RegoNumber {
  return compute([a, b], TIMES, context);
}

function compute(
  operands: readonly Value[],
  { small, whole, float }: Operation,
  context: BuiltinContext,
): RegoNumber {
  const [a, b] = operands as readonly [RegoNumber, RegoNumber];
  if (Number.isInteger(a) && Number.isInteger(b)) {
    const result = small(a as number, b as number);
    // Adding nothing makes -0, which Rego has not, 0.
    if (Number.isSafeInteger(result)) return result + 0;
  }
  const [x, y] = [wholeOf(a), wholeOf(b)];
  if (x !== undefined && y !== undefined) {
    spendOnWholes(a, b, context);
    return limitedWhole(whole(x, y), context);
  }
  spendOnFloats(a, b, context);
  return limitedFloat(float(toBigFloat(a), toBigFloat(b)), context);
}

function minus([a, b]: readonly Value[], context: BuiltinContext): Value {
  if (a instanceof RegoSet && b instanceof RegoSet) {
    context.charge(a.size);
    return RegoSet.of([...a.unordered()].filter((member) => !b.has(member)));
  }
  const wanted = a instanceof RegoSet ? 'set' : 'number';
  if (typeOf(b) !== wanted) throw operandFailure(2, `must be ${wanted} but got ${typeOf(b)}`);
  return compute([a!, b!], MINUS, context);
}

function divide([a, b]: readonly Value[], context: BuiltinContext): RegoNumber {
  const [x, y] = [a as RegoNumber, b as RegoNumber];
  if (y === 0) throw new BuiltinFailure('divide by zero');
  spendOnFloats(x, y, context);
  const [top, bottom] = [wholeOf(x), wholeOf(y)];
  if (top !== undefined && bottom !== undefined && top % bottom === 0n) {
    return fromBigInt(top / bottom);
  }
  return limitedFloat(divideFloats(toBigFloat(x), toBigFloat(y)), context);
}

function remainder([a, b]: readonly Value[], context: BuiltinContext): RegoNumber {
  const [x, y] = [a as RegoNumber, b as RegoNumber];
  const [whole, by] = [wholeOf(x), wholeOf(y)];
  if (whole === undefined || by === undefined) {
    throw new BuiltinFailure('modulo on floating-point number');
  }
  if (by === 0n) throw new BuiltinFailure('modulo by zero');
  spendOnWholes(x, y, context);
  return fromBigInt(whole % by);
}

function absolute(value: RegoNumber, context: BuiltinContext): RegoNumber {
  return compareNumbers(value, 0) < 0 ? multiply(value, -1, context) : value;
}

/** Half away from zero. */
function round(value: RegoNumber, context: BuiltinContext): RegoNumber {
  if (wholeOf(value) !== undefined) return value;
  const isNegative = compareNumbers(value, 0) < 0;
  return truncate(plus(value, isNegative ? -0.5 : 0.5, context));
}

function floor(value: RegoNumber, context: BuiltinContext): RegoNumber {
  if (wholeOf(value) !== undefined) return value;
  spendOnFloats(value, value, context);
  const whole = truncate(value);
  return compareNumbers(value, whole) < 0 ? plus(whole, -1, context) : whole;
}

function ceil(value: RegoNumber, context: BuiltinContext): RegoNumber {
  if (wholeOf(value) !== undefined) return value;
  spendOnFloats(value, value, context);
  const whole = truncate(value);
  return compareNumbers(value, whole) > 0 ? plus(whole, 1, context) : whole;
}

/** Cuts off what stands behind the point. */
export function truncate(value: RegoNumber): RegoNumber {
  if (wholeOf(value) !== undefined) return value;
  const { mantissa, exponent } = toBigFloat(value);
  return fromBigInt(
    exponent >= 0 ? mantissa << BigInt(exponent) : mantissa / (1n << BigInt(-exponent)),
  );
}

function range([a, b]: readonly Value[], context: BuiltinContext): Value {
  return list([integerOperand(a as Value, 1), integerOperand(b as Value, 2)], 1n, context);
}

function rangeStep([a, b, c]: readonly Value[], context: BuiltinContext): Value {
  const ends: [bigint, bigint] = [integerOperand(a as Value, 1), integerOperand(b as Value, 2)];
  const step = smallIntegerOperand(c as Value, 3);
  if (step <= 0) throw new BuiltinFailure('step must be a positive integer');
  return list(ends, BigInt(step), context);
}

function list([from, to]: [bigint, bigint], step: bigint, context: BuiltinContext): Value[] {
  const distance = from <= to ? to - from : from - to;
  const count = Number(distance / step + 1n);
  context.charge(count);
  context.allocate(count * 8);
  const signed = from <= to ? step : -step;
  return Array.from({ length: count }, (_, index) => fromBigInt(from + signed * BigInt(index)));
}
