/** Go's `strconv.FormatFloat` for doubles: the shortest digits, or as many as are asked for. */

/** The exponents from which on `%v` writes a number with an exponent. */
const [SMALL, LARGE] = [-4, 21];

/**
 * Prints a number that is not negative as `%e`, `%E`, `%f`, `%g` or `%G` do; a precision of -1
 * gives as many digits as tell the number from its neighbours.
 */
export function formatGoFloat(value: number, style: string, precision: number): string {
  const lower = style.toLowerCase();
  const text =
    lower === 'g' ? general(value, precision) : fixedOrScientific(value, lower, precision);
  return style === lower ? text : text.toUpperCase();
}

function fixedOrScientific(value: number, style: string, precision: number): string {
  if (style === 'e') return goExponent(scientific(value, precision));
  return precision < 0 ? plainDigits(value) : fixed(value, precision);
}

function general(value: number, precision: number): string {
  if (value === 0) return '0';
  const digits = precision === 0 ? 1 : precision;
  const text = scientific(value, digits < 0 ? -1 : digits - 1);
  const exponent = Number(text.split('e')[1]);
  const limit = digits < 0 ? LARGE : digits;
  const trimmed = text.replace(/\.?0*e/, (match) => (match.startsWith('.') ? 'e' : match));
  if (exponent < SMALL || exponent >= limit) return goExponent(withoutZeros(trimmed));
  return plainDigits(Number(text));
}

/** The most digits that JavaScript prints, and so many more as show whether a half is exact. */
const [MOST_DIGITS, MORE_DIGITS] = [100, 30];

function fixed(value: number, precision: number): string {
  const digits = Math.min(precision, MOST_DIGITS);
  const zeros = '0'.repeat(precision - digits);
  if (value >= 1e21) {
    const places = '0'.repeat(precision);
    return places === '' ? String(BigInt(value)) : `${BigInt(value)}.${places}`;
  }
  const more = Math.min(digits + MORE_DIGITS, MOST_DIGITS);
  return halfToEven(value.toFixed(digits), value.toFixed(more), more - digits) + zeros;
}

function scientific(value: number, precision: number): string {
  if (precision < 0) return value.toExponential();
  const digits = Math.min(precision, MOST_DIGITS);
  const more = Math.min(digits + MORE_DIGITS, MOST_DIGITS);
  const [long = '', power] = value.toExponential(more).split('e');
  const rounded = value.toExponential(digits);
  const [text = '', roundedPower] = rounded.split('e');
  return power === roundedPower ? `${halfToEven(text, long, more - digits)}e${power}` : rounded;
}

/** Go rounds an exact half to the even digit, JavaScript up: the longer text tells which it is. */
function halfToEven(rounded: string, long: string, extra: number): string {
  const cut = long.slice(0, long.length - extra).replace(/\.$/, '');
  const isHalf = extra > 0 && /^50*$/.test(long.slice(long.length - extra));
  return isHalf && '02468'.includes(cut.at(-1) ?? '') ? cut : rounded;
}

function withoutZeros(scientific: string): string {
  return scientific.replace(/(\.\d*?)0+e/, '$1e').replace('.e', 'e');
}

/** JavaScript's `1e+21` with Go's two digits of exponent. */
function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** All digits without an exponent. */
function plainDigits(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const [mantissa = '', power = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const exponent = Number(power);
  if (exponent >= 0) return whole + fraction.padEnd(exponent, '0');
  return `0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`;
}
