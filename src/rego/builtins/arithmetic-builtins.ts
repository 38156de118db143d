/**
 * Arithmetic. Whole numbers are computed exactly at any size; as soon as a decimal or a quotient
 * that is not whole comes in, with the 64 bits of `big-float.ts`, as OPA does. `-` also takes one
 * set from another.
 */
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../builtin.ts';
import { compareNumbers, fromBigInt, isWhole } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { RegoSet, typeOf } from '../value.ts';
import type { Value } from '../value.ts';
import {
  addFloats,
  divideFloats,
  fromBigFloat,
  multiplyFloats,
  negateFloat,
  toBigFloat,
} from './big-float.ts';
import type { BigFloat } from './big-float.ts';
import { integerOperand, smallIntegerOperand } from './operands.ts';

type Whole = (a: bigint, b: bigint) => bigint;
type Float = (a: BigFloat, b: BigFloat) => BigFloat;

const NUMBERS: readonly OperandType[] = ['number', 'number'];

/** The builtins of arithmetic. */
export const arithmeticBuiltins: readonly Builtin[] = [
  { name: 'plus', args: NUMBERS, result: 'number', call: ([a, b]) => plus(a, b) },
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
    call: ([a, b]) => multiply(a as RegoNumber, b as RegoNumber),
  },
  { name: 'div', args: NUMBERS, result: 'number', call: divide },
  { name: 'rem', args: NUMBERS, result: 'number', call: remainder },
  { name: 'abs', args: ['number'], result: 'number', call: ([a]) => absolute(a as RegoNumber) },
  { name: 'round', args: ['number'], result: 'number', call: ([a]) => round(a as RegoNumber) },
  { name: 'ceil', args: ['number'], result: 'number', call: ([a]) => ceil(a as RegoNumber) },
  { name: 'floor', args: ['number'], result: 'number', call: ([a]) => floor(a as RegoNumber) },
  { name: 'numbers.range', args: NUMBERS, result: 'array', call: range },
  { name: 'numbers.range_step', args: [...NUMBERS, 'number'], result: 'array', call: rangeStep },
];

/** The sum of two numbers. */
export function plus(a: Value | undefined, b: Value | undefined): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum) && Number.isInteger(a)) return sum;
  }
  return compute(a as RegoNumber, b as RegoNumber, [(x, y) => x + y, addFloats]);
}

/** The product of two numbers. */
export function multiply(a: RegoNumber, b: RegoNumber): RegoNumber {
  return compute(a, b, [(x, y) => x * y, multiplyFloats]);
}

function compute(a: RegoNumber, b: RegoNumber, [whole, float]: [Whole, Float]): RegoNumber {
  if (isWhole(a) && isWhole(b)) return fromBigInt(whole(BigInt(a), BigInt(b)));
  return fromBigFloat(float(toBigFloat(a), toBigFloat(b)));
}

function minus([a, b]: readonly Value[]): Value {
  if (a instanceof RegoSet && b instanceof RegoSet) {
    return RegoSet.of(a.values.filter((member) => !b.has(member)));
  }
  const wanted = a instanceof RegoSet ? 'set' : 'number';
  if (typeOf(b) !== wanted) throw operandFailure(2, `must be ${wanted} but got ${typeOf(b)}`);
  const subtract: Float = (x, y) => addFloats(x, negateFloat(y));
  return compute(a as RegoNumber, b as RegoNumber, [(x, y) => x - y, subtract]);
}

function divide([a, b]: readonly Value[]): RegoNumber {
  const [x, y] = [a as RegoNumber, b as RegoNumber];
  if (y === 0) throw new BuiltinFailure('divide by zero');
  if (isWhole(x) && isWhole(y) && BigInt(x) % BigInt(y) === 0n) {
    return fromBigInt(BigInt(x) / BigInt(y));
  }
  return fromBigFloat(divideFloats(toBigFloat(x), toBigFloat(y)));
}

function remainder([a, b]: readonly Value[]): RegoNumber {
  const [x, y] = [a as RegoNumber, b as RegoNumber];
  if (!isWhole(x) || !isWhole(y)) throw new BuiltinFailure('modulo on floating-point number');
  if (y === 0) throw new BuiltinFailure('modulo by zero');
  return fromBigInt(BigInt(x) % BigInt(y));
}

function absolute(value: RegoNumber): RegoNumber {
  return compareNumbers(value, 0) < 0 ? multiply(value, -1) : value;
}

/** Half away from zero. */
function round(value: RegoNumber): RegoNumber {
  if (isWhole(value)) return value;
  return compareNumbers(value, 0) < 0 ? ceil(plus(value, -0.5)) : floor(plus(value, 0.5));
}

function floor(value: RegoNumber): RegoNumber {
  if (isWhole(value)) return value;
  const whole = truncate(value);
  return compareNumbers(value, 0) < 0 ? plus(whole, -1) : whole;
}

function ceil(value: RegoNumber): RegoNumber {
  if (isWhole(value)) return value;
  const whole = truncate(value);
  return compareNumbers(value, 0) > 0 ? plus(whole, 1) : whole;
}

/** Cuts off what stands behind the point. */
export function truncate(value: RegoNumber): RegoNumber {
  if (isWhole(value)) return value;
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
