/**
 * Numbers with a binary mantissa of 64 bits, rounded to nearest and ties to even: what OPA
 * computes decimals in (Go's `big.Float` with its default precision). A double has 53 bits only,
 * so that sums and quotients would differ in the last digits from what operators saw before.
 */
import { decimalOf, fromBigInt, makeNumber, powerOfTen } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';

/** `mantissa × 2^exponent`; the mantissa has at most 64 bits. */
export interface BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PRECISION = 64;
/** Bits that a quotient is computed to before it is rounded; the last one is sticky. */
const LOG10_OF_2 = Math.log10(2);
const GUARD = 2 * PRECISION;

/** The nearest number of 64 bits. */
export function toBigFloat(value: RegoNumber): BigFloat {
  const { coefficient, exponent } = decimalOf(value);
  if (exponent >= 0) return roundFloat(coefficient * powerOfTen(exponent), 0);
  return divideIntegers(coefficient, powerOfTen(-exponent), 0);
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
  const isShort = exponent >= 0 && bitLength(mantissa) + exponent <= PRECISION;
  return isShort ? fromBigInt(mantissa << BigInt(exponent)) : shortest(absolute(mantissa), value);
}

/** So many digits behind a number's first always tell two mantissas of 64 bits apart. */
const SCALE = 22;

/**
 * The fewest digits that lie within half a unit of the mantissa's last bit; of two such numbers
 * the nearer one, as Go's `Text` with precision -1 does.
 */
function shortest(size: bigint, { mantissa, exponent }: BigFloat): RegoNumber {
  const shift = PRECISION + 1 - bitLength(size);
  const [halves, power2] = [size << BigInt(shift), exponent - shift];
  const power = decimalMagnitude(mantissa, exponent) - SCALE;
  const [value, isExact] = scaled(halves, power2, power);
  const [below, isBelow] = scaled(halves - 1n, power2, power);
  const [above, isAbove] = scaled(halves + 1n, power2, power);
  const isInclusive = (halves & 2n) === 0n;
  const least = isBelow && isInclusive ? below : below + 1n;
  const most = isAbove && !isInclusive ? above - 1n : above;
  const found = fewestDigits({ value, isExact, least, most });
  return makeNumber(mantissa < 0n ? -found : found, power);
}

interface Interval {
  readonly value: bigint;
  readonly isExact: boolean;
  readonly least: bigint;
  readonly most: bigint;
}

function fewestDigits({ value, isExact, least, most }: Interval): bigint {
  for (let unit = 10n ** BigInt(SCALE); unit > 1n; unit /= 10n) {
    const down = value - (value % unit);
    const [isDown, isUp] = [down >= least, down + unit <= most];
    if (isDown && isUp) return nearer(value, isExact, unit);
    if (isDown || isUp) return isDown ? down : down + unit;
  }
  return value;
}

/** The multiple of a unit nearer to a value that may have more behind its last digit. */
function nearer(value: bigint, isExact: boolean, unit: bigint): bigint {
  const rest = 2n * (value % unit);
  const down = value - (value % unit);
  const isUp = rest > unit || (rest === unit && (!isExact || (down / unit) % 2n === 1n));
  return isUp ? down + unit : down;
}

/** size × 2^power2 ÷ 10^power, cut down to an integer, and whether nothing was cut off. */
function scaled(size: bigint, power2: number, power: number): [whole: bigint, isExact: boolean] {
  const top = (size << BigInt(Math.max(power2, 0))) * powerOfTen(Math.max(-power, 0));
  const bottom = powerOfTen(Math.max(power, 0)) << BigInt(Math.max(-power2, 0));
  const whole = top / bottom;
  return [whole, whole * bottom === top];
}

function shifted(value: BigFloat, exponent: number): bigint {
  return value.mantissa << BigInt(value.exponent - exponent);
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

/** The lowest bit of a two's complement is all that a number shares with its negative. */
function trailingZeros(value: bigint): number {
  return bitLength(value & -value) - 1;
}
