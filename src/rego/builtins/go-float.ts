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
  if (style === 'e')
    return goExponent(
      precision < 0 ? value.toExponential() : value.toExponential(Math.min(precision, 100)),
    );
  return precision < 0 ? plainDigits(value) : value.toFixed(Math.min(precision, 100));
}

function general(value: number, precision: number): string {
  if (value === 0) return '0';
  const digits = precision === 0 ? 1 : precision;
  const scientific =
    digits < 0 ? value.toExponential() : value.toExponential(Math.min(digits, 100) - 1);
  const exponent = Number(scientific.split('e')[1]);
  const limit = digits < 0 ? LARGE : digits;
  const trimmed = scientific.replace(/\.?0*e/, (match) => (match.startsWith('.') ? 'e' : match));
  if (exponent < SMALL || exponent >= limit) return goExponent(withoutZeros(trimmed));
  return plainDigits(Number(scientific));
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
