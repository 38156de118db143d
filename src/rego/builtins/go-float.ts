/**
 * Go's `strconv.FormatFloat` for doubles: the shortest digits that tell a number from its
 * neighbours, or as many as are asked for, rounded exactly and halves to the even digit.
 */

/** A precision that asks for the shortest digits. */
export const SHORTEST = -1;

/** The exponents from which on `%g` writes the shortest digits with an exponent. */
const [SMALL, LARGE] = [-4, 6];

/** `0.digits × 10^point`; the digits have no zeros at their end, and of zero there are none. */
interface Digits {
  readonly digits: string;
  readonly point: number;
}

/**
 * Prints a number that is not negative as `%e`, `%f`, `%g`, `%x`, `%b` and their capitals do; a
 * precision of `SHORTEST` gives as many digits as tell the number from its neighbours.
 */
export function formatGoFloat(value: number, style: string, precision: number): string {
  const lower = style.toLowerCase();
  const text = (STYLES[lower] as Style)(value, precision);
  return style === lower ? text : text.toUpperCase();
}

type Style = (value: number, precision: number) => string;

const STYLES: Readonly<Record<string, Style>> = {
  e: scientific,
  f: fixed,
  g: general,
  x: hexadecimal,
  b: binary,
};

function scientific(value: number, precision: number): string {
  return writtenE(digitsOf(value, precision < 0 ? SHORTEST : precision + 1), precision);
}

function writtenE({ digits, point }: Digits, precision: number): string {
  const places = precision < 0 ? Math.max(digits.length - 1, 0) : precision;
  const all = digits.padEnd(places + 1, '0');
  const fraction = places > 0 ? `.${all.slice(1, places + 1)}` : '';
  return `${all[0]}${fraction}e${exponentOf(digits === '' ? 0 : point - 1)}`;
}

/** At least two digits and always a sign. */
function exponentOf(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function fixed(value: number, precision: number): string {
  if (precision < 0) {
    const { digits, point } = digitsOf(value, SHORTEST);
    return writtenF({ digits, point }, Math.max(digits.length - point, 0));
  }
  const { coefficient, scale } = exactDecimal(value);
  const rounded = divideHalfEven(coefficient, scale - precision);
  const places = Math.min(precision, scale);
  const digits = String(rounded).padStart(places + 1, '0');
  const fraction = digits.slice(digits.length - places).padEnd(precision, '0');
  return precision === 0 ? digits : `${digits.slice(0, digits.length - places)}.${fraction}`;
}

function writtenF({ digits, point }: Digits, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places === 0) return whole;
  const zeros = '0'.repeat(Math.min(Math.max(-point, 0), places));
  return `${whole}.${(zeros + digits.slice(Math.max(point, 0))).padEnd(places, '0')}`;
}

function general(value: number, precision: number): string {
  const isShortest = precision < 0;
  const wanted = isShortest ? SHORTEST : Math.max(precision, 1);
  const found = digitsOf(value, wanted);
  const { digits, point } = found;
  const exponent = digits === '' ? 0 : point - 1;
  const isWhole = wanted > digits.length && digits.length >= point;
  const limit = isShortest ? LARGE : isWhole ? digits.length : wanted;
  const isLarge = exponent >= limit && digits !== '';
  if (exponent < SMALL || isLarge) return writtenE(found, Math.max(digits.length - 1, 0));
  return writtenF(found, Math.max(digits.length - point, 0));
}

/** So many digits of a number, or the shortest. */
function digitsOf(value: number, count: number): Digits {
  if (value === 0) return { digits: '', point: 0 };
  if (count < 0) {
    const [mantissa = '', power] = value.toExponential().split('e');
    return { digits: mantissa.replace('.', ''), point: Number(power) + 1 };
  }
  const { coefficient, scale } = exactDecimal(value);
  const length = String(coefficient).length;
  const rounded = String(divideHalfEven(coefficient, length - count));
  const kept = Math.min(length, count);
  const digits = rounded.slice(0, Math.max(kept, 1)).replace(/0+$/, '');
  return { digits, point: length - scale + (rounded.length - kept) };
}

/** Every double is a whole number of tenths, hundredths … : `coefficient × 10^-scale`. */
function exactDecimal(value: number): { coefficient: bigint; scale: number } {
  let [whole, scale] = [value, 0];
  while (!Number.isInteger(whole)) [whole, scale] = [whole * 2, scale + 1];
  return { coefficient: BigInt(whole) * 5n ** BigInt(scale), scale };
}

/** coefficient ÷ 10^power, a half to the even digit; a power below one changes nothing. */
function divideHalfEven(coefficient: bigint, power: number): bigint {
  if (power <= 0) return coefficient;
  const unit = 10n ** BigInt(power);
  const [whole, rest] = [coefficient / unit, (coefficient % unit) * 2n];
  return rest > unit || (rest === unit && whole % 2n === 1n) ? whole + 1n : whole;
}

const MANTISSA_BITS = 52;
const HEX_BITS = 4;

/** `mantissa × 2^power` with 53 bits of mantissa, or fewer where the number is too small. */
function binaryParts(value: number): { mantissa: bigint; power: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const [biased, low] = [Number((bits >> 52n) & 0x7ffn), bits & 0xfffffffffffffn];
  return biased === 0
    ? { mantissa: low, power: -1074 }
    : { mantissa: low | (1n << 52n), power: biased - 1075 };
}

function binary(value: number): string {
  const { mantissa, power } = binaryParts(value);
  return `${mantissa}p${power < 0 ? '' : '+'}${power}`;
}

function hexadecimal(value: number, precision: number): string {
  const { mantissa, power } = binaryParts(value);
  const shift = MANTISSA_BITS + 1 - (mantissa === 0n ? 0 : mantissa.toString(2).length);
  const exponent = mantissa === 0n ? 0 : power - shift + MANTISSA_BITS;
  const full = mantissa === 0n ? 0n : mantissa << BigInt(shift);
  const places = precision < 0 ? MANTISSA_BITS / HEX_BITS : precision;
  const rounded = roundBits(full, MANTISSA_BITS - places * HEX_BITS);
  const isCarried = rounded >> BigInt(MANTISSA_BITS + 1) === 1n;
  const digits = (isCarried ? rounded >> 1n : rounded).toString(16).padStart(14, '0');
  const fraction = digits.slice(1).padEnd(places, '0').slice(0, places);
  const shown = precision < 0 ? fraction.replace(/0+$/, '') : fraction;
  const behind = shown === '' ? '' : `.${shown}`;
  return `0x${digits[0]}${behind}p${exponentOf(isCarried ? exponent + 1 : exponent)}`;
}

/** Rounds so many low bits away, halves to even, and leaves them zero. */
function roundBits(value: bigint, count: number): bigint {
  if (count <= 0) return value;
  const unit = 1n << BigInt(count);
  const [whole, rest] = [value >> BigInt(count), (value & (unit - 1n)) * 2n];
  const isUp = rest > unit || (rest === unit && (whole & 1n) === 1n);
  return (isUp ? whole + 1n : whole) << BigInt(count);
}
