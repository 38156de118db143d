/**
 * Numbers with a binary mantissa of 64 bits, rounded to nearest and ties to even: what OPA
 * computes decimals in (Go's `big.Float` with its default precision). A double has 53 bits only,
 * so that sums and quotients would differ in the last digits from what operators saw before.
 */
import { decimalOf, makeNumber } from '../number.ts';
import type { RegoNumber } from '../number.ts';

/** `mantissa × 2^exponent`; the mantissa has at most 64 bits. */
export interface BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PRECISION = 64;
/** Bits that a quotient is computed to before it is rounded; the last one is sticky. */
const LOG10_OF_2 = Math.log10(2);
const GUARD = 2 * PRECISION;
/** So many decimal digits always tell two mantissas of 64 bits apart. */
const MOST_DIGITS = 21;

/** The nearest number of 64 bits. */
export function toBigFloat(value: RegoNumber): BigFloat {
  const { coefficient, exponent } = decimalOf(value);
  if (exponent >= 0) return roundFloat(coefficient * 10n ** BigInt(exponent), 0);
  return divideIntegers(coefficient, 10n ** BigInt(-exponent), 0);
}

/** The sum of two numbers. */
export function addFloats(a: BigFloat, b: BigFloat): BigFloat {
  const exponent = Math.min(a.exponent, b.exponent);
  return roundFloat(shifted(a, exponent) + shifted(b, exponent), exponent);
}

/** The product of two numbers. */
export function multiplyFloats(a: BigFloat, b: BigFloat): BigFloat {
  return roundFloat(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

/** a ÷ b; b is not zero. */
export function divideFloats(a: BigFloat, b: BigFloat): BigFloat {
  return divideIntegers(a.mantissa, b.mantissa, a.exponent - b.exponent);
}

/** The number with the other sign. */
export function negateFloat(a: BigFloat): BigFloat {
  return { mantissa: -a.mantissa, exponent: a.exponent };
}

/** The shortest decimal that rounds to this number, as a number of Rego. */
export function fromBigFloat(value: BigFloat): RegoNumber {
  const { mantissa, exponent } = value;
  if (exponent >= 0) return makeNumber(mantissa << BigInt(exponent), 0);
  const scale = 1n << BigInt(-exponent);
  if (mantissa % scale === 0n) return makeNumber(mantissa / scale, 0);
  const magnitude = decimalMagnitude(mantissa, exponent);
  for (let digits = 1; digits < MOST_DIGITS; digits += 1) {
    const power = magnitude - digits;
    const coefficient = roundToPower(mantissa, scale, power);
    const candidate = makeNumber(coefficient, power);
    if (isSame(toBigFloat(candidate), value)) return candidate;
  }
  const power = magnitude - MOST_DIGITS;
  return makeNumber(roundToPower(mantissa, scale, power), power);
}

function shifted(value: BigFloat, exponent: number): bigint {
  return value.mantissa << BigInt(value.exponent - exponent);
}

function isSame(a: BigFloat, b: BigFloat): boolean {
  return a.mantissa === b.mantissa && a.exponent === b.exponent;
}

/** n ÷ d × 2^exponent, rounded once: what is cut off is kept as one sticky bit. */
function divideIntegers(n: bigint, d: bigint, exponent: number): BigFloat {
  const shift = Math.max(0, GUARD + bitLength(d) - bitLength(n));
  const [top, bottom] = [absolute(n) << BigInt(shift), absolute(d)];
  const quotient = ((top / bottom) << 1n) | (top % bottom === 0n ? 0n : 1n);
  return roundFloat(n < 0n !== d < 0n ? -quotient : quotient, exponent - shift - 1);
}

/** Rounds to 64 bits, ties to even, and takes trailing zeros into the exponent. */
function roundFloat(mantissa: bigint, exponent: number): BigFloat {
  if (mantissa === 0n) return { mantissa, exponent: 0 };
  const excess = Math.max(0, bitLength(mantissa) - PRECISION);
  const rounded = roundHalfEven(absolute(mantissa), 1n << BigInt(excess));
  const zeros = trailingZeros(rounded);
  const kept = rounded >> BigInt(zeros);
  return { mantissa: mantissa < 0n ? -kept : kept, exponent: exponent + excess + zeros };
}

function roundHalfEven(n: bigint, d: bigint): bigint {
  const [whole, rest] = [n / d, (n % d) * 2n];
  return rest > d || (rest === d && whole % 2n === 1n) ? whole + 1n : whole;
}

/** mantissa ÷ scale ÷ 10^power, rounded to an integer. */
function roundToPower(mantissa: bigint, scale: bigint, power: number): bigint {
  const [n, d] =
    power < 0
      ? [absolute(mantissa) * 10n ** BigInt(-power), scale]
      : [absolute(mantissa), scale * 10n ** BigInt(power)];
  const rounded = roundHalfEven(n, d);
  return mantissa < 0n ? -rounded : rounded;
}

/** The power of ten just above the number's size; one too many costs one more digit tried. */
function decimalMagnitude(mantissa: bigint, exponent: number): number {
  return Math.ceil((bitLength(mantissa) + exponent) * LOG10_OF_2);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function bitLength(value: bigint): number {
  const hex = absolute(value).toString(16);
  return (hex.length - 1) * 4 + Math.clz32(0) - Math.clz32(parseInt(hex[0] ?? '0', 16));
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  while (zeros < PRECISION && ((value >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
}
