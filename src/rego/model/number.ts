/**
 * Rego's numbers are decimal texts of any size. Here a number is a JavaScript number wherever that
 * is exact (integers up to 2^53, decimals that a double prints as they were written), a bigint for
 * longer integers, and a `Decimal` for the rest; each number has exactly one of these forms.
 */

/**
 * What no double prints and no long integer should be spelt out for: `coefficient × 10^exponent`
 * without trailing zeros. The exponent is negative, or the number is beyond the doubles (1.8e308).
 */
export class Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
  #magnitude: number | undefined;

  constructor(coefficient: bigint, exponent: number) {
    this.coefficient = coefficient;
    this.exponent = exponent;
  }

  /** How many digits stand before the point; negative for zeros behind it. */
  get magnitude(): number {
    this.#magnitude ??= digitsOf(this.coefficient).length + this.exponent;
    return this.#magnitude;
  }
}

/** Any number of Rego, in its one form. */
export type RegoNumber = number | bigint | Decimal;

/** Exponents beyond this are refused: `1e999999999` must not become a gigabyte of digits. */
export const MAX_EXPONENT = 4096;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const MAX_DIGITS = 4096;

/** Tells whether a value is a number. */
export function isRegoNumber(value: unknown): value is RegoNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal;
}

/**
 * Reads a decimal text as JSON writes numbers (leading zeros are admitted).
 * Answers undefined for anything else, and for more than 4,096 digits or so large an exponent.
 */
export function parseRegoNumber(text: string): RegoNumber | undefined {
  if (text.length > MAX_DIGITS) return undefined;
  const found = NUMBER.exec(text);
  if (!found) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = found;
  const exponent = Number(power);
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  return makeNumber(BigInt(`${sign}${whole}${fraction}`), exponent - fraction.length);
}

/** `coefficient × 10^exponent` in its one form. */
export function makeNumber(coefficient: bigint, exponent: number): RegoNumber {
  if (exponent >= 0) return fromBigInt(coefficient * powerOfTen(exponent));
  const decimal = withoutZeros(coefficient, exponent, 0);
  if (decimal.exponent >= 0) return fromBigInt(decimal.coefficient);
  const double = toDouble(decimal);
  const exact = Number.isFinite(double) && double !== 0 && decimalOf(double);
  const isSame = exact && exact.coefficient === decimal.coefficient;
  return isSame && exact.exponent === decimal.exponent ? double : decimal;
}

/** An integer in its one form. */
export function fromBigInt(value: bigint): RegoNumber {
  const small = Number(value);
  if (Number.isSafeInteger(small)) return small;
  return Number.isFinite(small) ? value : withoutZeros(value, 0, Infinity);
}

/** Takes trailing zeros of a coefficient into its exponent, while that is below a limit. */
function withoutZeros(coefficient: bigint, exponent: number, limit: number): Decimal {
  if (coefficient === 0n) return new Decimal(0n, 0);
  if (coefficient % 10n !== 0n) return new Decimal(coefficient, exponent);
  const digits = String(coefficient);
  let zeros = 1;
  while (digits[digits.length - 1 - zeros] === '0' && exponent + zeros < limit) zeros += 1;
  return new Decimal(BigInt(digits.slice(0, digits.length - zeros)), exponent + zeros);
}

function digitsOf(coefficient: bigint): string {
  return String(coefficient).replace('-', '');
}

/** Powers that are asked for all the time; larger ones would fill the memory. */
const POWERS_OF_TEN: bigint[] = [];
const KEPT_POWERS = 400;

/** 10^exponent, for an exponent that is not negative. */
export function powerOfTen(exponent: number): bigint {
  if (exponent >= KEPT_POWERS) return 10n ** BigInt(exponent);
  return (POWERS_OF_TEN[exponent] ??= 10n ** BigInt(exponent));
}

/**
 * A double in its one form, read as the decimal that JavaScript prints for it.
 * Answers undefined for what is no number (NaN, the infinities).
 */
export function fromDouble(value: number): RegoNumber | undefined {
  if (Number.isSafeInteger(value)) return value + 0;
  return Number.isFinite(value) ? parseRegoNumber(String(value)) : undefined;
}

/** Tells whether a number is whole. */
export function isWhole(value: RegoNumber): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
}

/** A whole number as a bigint, however long it is; undefined for a decimal. */
export function wholeOf(value: RegoNumber): bigint | undefined {
  if (isWhole(value)) return BigInt(value);
  const isLong = value instanceof Decimal && value.exponent >= 0;
  return isLong ? value.coefficient * powerOfTen(value.exponent) : undefined;
}

/** Splits a number into `coefficient × 10^exponent`, without trailing zeros below the point. */
export function decimalOf(value: RegoNumber): Decimal {
  if (value instanceof Decimal) return value;
  if (isWhole(value)) return new Decimal(BigInt(value), 0);
  const [mantissa = '', power = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return new Decimal(BigInt(whole + fraction), Number(power) - fraction.length);
}

/** The nearest double. */
export function toDouble(value: RegoNumber): number {
  return value instanceof Decimal
    ? Number(`${value.coefficient}e${value.exponent}`)
    : Number(value);
}

/** Orders numbers by size: negative, 0 or positive. */
export function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (!(a instanceof Decimal) && !(b instanceof Decimal)) return a < b ? -1 : a > b ? 1 : 0;
  return compareDecimals(decimalOf(a), decimalOf(b));
}

/** Numbers of one size differ in no more places than they have digits. */
function compareDecimals(x: Decimal, y: Decimal): number {
  const [sign, other] = [signOf(x.coefficient), signOf(y.coefficient)];
  if (sign !== other || sign === 0) return sign - other;
  if (x.magnitude !== y.magnitude) return (x.magnitude - y.magnitude) * sign;
  const shared = Math.min(x.exponent, y.exponent);
  const left = x.coefficient * powerOfTen(x.exponent - shared);
  const right = y.coefficient * powerOfTen(y.exponent - shared);
  return left < right ? -1 : left > right ? 1 : 0;
}

function signOf(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** Prints a number as a decimal text, without an exponent where that stays under 22 digits. */
export function formatRegoNumber(value: RegoNumber): string {
  if (!(value instanceof Decimal)) return String(value);
  const sign = value.coefficient < 0n ? '-' : '';
  const digits = digitsOf(value.coefficient);
  if (value.exponent > 0) return `${sign}${digits}e${value.exponent}`;
  if (value.exponent === 0) return sign + digits;
  const point = digits.length + value.exponent;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > -7) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${sign}${digits[0]}${fraction}e-${1 - point}`;
}
