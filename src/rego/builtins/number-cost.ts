/**
 * What arithmetic costs: steps by the length of the operands, so that a policy cannot double a
 * number until the machine does nothing else; and how long a result may be at all.
 */
import type { BuiltinContext } from '../model/builtin.ts';
import { sizeError } from '../model/meter.ts';
import { Decimal, fromBigInt } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { fromBigFloat } from './big-float.ts';
import type { BigFloat } from './big-float.ts';

/** The longest number that a computation may give, in bits: some 9,800 digits. */
export const MAX_BITS = 32_768;

const HIGHEST = 1n << BigInt(MAX_BITS);
const LOWEST = -HIGHEST;
const WORD = 64;
/** Digits that a word holds. */
const DIGITS = 19;
const BITS_OF_HEX = 4;
/** Steps of one operation over decimals of usual length. */
const FLOAT_STEPS = 100;
/** By how much long division is slower than a step for each pair of words. */
const [FLOAT_PAIRS, WHOLE_PAIRS] = [4, 16];

/** How many words of 64 bits a number fills when it is written out. */
export function wordsOf(value: RegoNumber): number {
  if (typeof value === 'number') return 1;
  if (typeof value === 'bigint') return 1 + (value.toString(16).length * BITS_OF_HEX) / WORD;
  return 1 + (Math.abs(value.magnitude) + Math.abs(value.exponent)) / DIGITS;
}

/** Takes the steps of an operation over whole numbers. */
export function spendOnWholes(a: RegoNumber, b: RegoNumber, { charge }: BuiltinContext): void {
  if (typeof a === 'number' && typeof b === 'number') return;
  const words = wordsOf(a) + wordsOf(b);
  charge(Math.ceil((words * words) / WHOLE_PAIRS));
}

/** Takes the steps of an operation over decimals. */
export function spendOnFloats(a: RegoNumber, b: RegoNumber, { charge }: BuiltinContext): void {
  const isLong = a instanceof Decimal || b instanceof Decimal;
  const words = isLong ? wordsOf(a) + wordsOf(b) : 0;
  charge(FLOAT_STEPS + Math.ceil((words * words) / FLOAT_PAIRS));
}

/** A whole number as a result; ends the evaluation where it is too long. */
export function limitedWhole(value: bigint, context: BuiltinContext): RegoNumber {
  if (value > HIGHEST || value < LOWEST) throw tooLong(context);
  const result = fromBigInt(value);
  if (typeof result !== 'number') context.allocate(wordsOf(result) * (WORD / 8));
  return result;
}

/** A number of 64 bits as a result; ends the evaluation where it is too large or too small. */
export function limitedFloat(value: BigFloat, context: BuiltinContext): RegoNumber {
  if (Math.abs(value.exponent) > MAX_BITS) throw tooLong(context);
  return fromBigFloat(value);
}

function tooLong({ at }: BuiltinContext): Error {
  return sizeError(`a number of more than ${MAX_BITS} bits`, at);
}
