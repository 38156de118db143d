/**
 * How Go's `fmt` prints one argument by a verb: integers, floats, strings and booleans with their
 * flags, width and precision, and what it says of a verb that does not fit.
 */
import { Decimal, isRegoNumber, toDouble, wholeOf } from '../model/number.ts';
import { formatValue } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { SHORTEST, formatGoFloat } from './go-float.ts';
import { canBackquote, characterOf, isPrintable, quoteGo, quoteRune } from './go-quote.ts';

/** What Go formats; `json.Number` is a text with a name of its own. */
export type GoArgument =
  | { readonly type: 'int' | '*big.Int'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string' | 'json.Number'; readonly value: string };

/** A directive: its letter and what stands before it. */
export interface Verb {
  readonly letter: string;
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const INT64 = 2n ** 63n;

/**
 * A value of Rego as OPA gives it to Go: whole numbers as integers, decimals as doubles, strings as
 * strings, everything else as its Rego text.
 */
export function goArgument(value: Value): GoArgument {
  if (typeof value === 'string') return { type: 'string', value };
  if (!isRegoNumber(value)) return { type: 'string', value: goText(formatValue(value)) };
  // Numbers beyond the doubles are most often written so: `2e308` stays as it is.
  const whole = value instanceof Decimal && value.exponent > 0 ? undefined : wholeOf(value);
  if (whole !== undefined) {
    return { type: whole >= -INT64 && whole < INT64 ? 'int' : '*big.Int', value: whole };
  }
  const double = toDouble(value);
  return Number.isFinite(double)
    ? { type: 'float64', value: double }
    : { type: 'string', value: formatValue(value) };
}

/** What JSON escapes or leaves as it is where Go would not. */
const OF_JSON = /\\u[0-9a-f]{4}|\\[^]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** Strings within a value are quoted as JSON does; Go quotes otherwise what cannot be printed. */
function goText(text: string): string {
  if (!/\\u|[^ -~]/.test(text)) return text;
  return text.replaceAll(OF_JSON, (found) => {
    if (found.startsWith('\\') && !found.startsWith(String.raw`\u`)) return found;
    const code = found.startsWith('\\') ? parseInt(found.slice(2), 16) : found.codePointAt(0);
    return quoteGo(characterOf(BigInt(code ?? 0))).slice(1, -1);
  });
}

type Print = (argument: GoArgument, verb: Verb) => string | undefined;

const PRINTS: Readonly<Record<GoArgument['type'], Print>> = {
  int: ({ value }, verb) => printInteger(value as bigint, verb),
  '*big.Int': ({ value }, verb) => printBigInteger(value as bigint, verb),
  float64: ({ value }, verb) => printFloat(value as number, verb),
  string: ({ value }, verb) => printText(value as string, verb),
  'json.Number': ({ value }, verb) => printText(value as string, verb),
  bool: ({ value }, verb) => ('tv'.includes(verb.letter) ? pad(String(value), verb) : undefined),
};

/** Prints an argument; a verb that does not fit is named, with the argument's type and value. */
export function printArgument(argument: GoArgument, written: Verb): string {
  const verb = written.letter === 'v' ? structural(written) : written;
  if (verb.letter === 'T') return pad(argument.type, verb);
  return PRINTS[argument.type](argument, verb) ?? wrongVerb(argument, verb);
}

/** `%+v` and `%#v` mean structure and Go syntax, not a sign and a prefix. */
function structural(verb: Verb): Verb {
  const flags = verb.flags.replaceAll(/[+#]/g, '');
  return { ...verb, flags: verb.flags.includes('#') ? `${flags}G` : flags };
}

function wrongVerb(argument: GoArgument, verb: Verb): string {
  if (argument.type === '*big.Int') return `%!${verb.letter}(big.Int=${argument.value})`;
  return `%!${verb.letter}(${describeArgument(argument, verb)})`;
}

const NO_FLAGS = { flags: '', width: undefined, precision: undefined };

/** The type and value of an argument, as `%!d(string=x)` and `%!(EXTRA int=1)` show them. */
export function describeArgument(
  argument: GoArgument,
  { flags, width, precision }: Omit<Verb, 'letter'> = NO_FLAGS,
): string {
  const plain = { letter: 'v', flags, width, precision };
  return `${argument.type}=${PRINTS[argument.type](argument, plain) ?? ''}`;
}

interface Radix {
  readonly base: number;
  readonly prefix: string;
}

const RADIXES: Readonly<Record<string, Radix>> = {
  d: { base: 10, prefix: '' },
  v: { base: 10, prefix: '' },
  b: { base: 2, prefix: '0b' },
  o: { base: 8, prefix: '0' },
  O: { base: 8, prefix: '0o' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
};

function printInteger(value: bigint, verb: Verb): string | undefined {
  const { letter, flags } = verb;
  if (letter === 'c') return pad(characterOf(value), verb);
  if (letter === 'q') return pad(quoteRune(value, { isAscii: flags.includes('+') }), verb);
  if (letter === 'U') return padSpaces(codePointName(value, verb), verb);
  const radix = RADIXES[letter];
  if (!radix) return undefined;
  if (verb.precision === 0 && value === 0n) return ' '.repeat(verb.width ?? 0);
  const sign = signOf(value < 0n, flags);
  const digits = digitsIn(radix, value, verb).padStart(zerosWanted(verb, sign), '0');
  return padSpaces(sign + prefixOf(radix, digits, verb) + digits, verb);
}

function digitsIn({ base }: Radix, value: bigint, { letter }: Verb): string {
  const digits = (value < 0n ? -value : value).toString(base);
  return letter === 'X' ? digits.toUpperCase() : digits;
}

/** `%.3d` and `%03d` both ask for zeros; the first cancels the second. */
function zerosWanted({ flags, width = 0, precision }: Verb, sign: string): number {
  if (precision !== undefined) return precision;
  return flags.includes('0') && !flags.includes('-') ? width - sign.length : 0;
}

function prefixOf({ base, prefix }: Radix, digits: string, { letter, flags }: Verb): string {
  if (letter === 'O') return prefix;
  if (!flags.includes('#') || (base === 8 && digits.startsWith('0'))) return '';
  return prefix;
}

function codePointName(value: bigint, { flags, precision = 4 }: Verb): string {
  const unsigned = BigInt.asUintN(64, value);
  const name = `U+${unsigned.toString(16).toUpperCase().padStart(Math.max(precision, 4), '0')}`;
  const character = characterOf(unsigned);
  const isShown = flags.includes('#') && unsigned <= 0x10ffffn && isPrintable(character);
  return isShown ? `${name} '${character}'` : name;
}

/** Integers beyond 64 bits print themselves, with rules of their own. */
function printBigInteger(value: bigint, verb: Verb): string | undefined {
  const radix = RADIXES[verb.letter === 's' ? 'd' : verb.letter];
  if (!radix) return undefined;
  const { flags, width = 0, precision } = verb;
  const isPrefixed = flags.includes('#') || verb.letter === 'O';
  const start = signOf(value < 0n, flags) + (isPrefixed ? radix.prefix : '');
  const digits = digitsIn(radix, value, verb).padStart(precision ?? 0, '0');
  const isFilled = flags.includes('0') && !flags.includes('-') && precision === undefined;
  const filled = isFilled ? digits.padStart(width - start.length, '0') : digits;
  return padSpaces(start + filled, verb);
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function printFloat(value: number, verb: Verb): string | undefined {
  const { letter, flags } = verb;
  if (!'vgGeEfFxXb'.includes(letter)) return undefined;
  const text = unsignedFloat(Math.abs(value), verb);
  const sign = signOf(value < 0, flags);
  const isFilled = flags.includes('0') && !flags.includes('-');
  const filled = isFilled ? text.padStart((verb.width ?? 0) - sign.length, '0') : text;
  return padSpaces(sign + filled, verb);
}

const STYLES: Readonly<Record<string, string>> = { v: 'g', F: 'f' };

function unsignedFloat(value: number, { letter, flags, precision }: Verb): string {
  const style = STYLES[letter] ?? letter;
  const digits = precision ?? ('eEf'.includes(style) ? 6 : SHORTEST);
  const plain = formatGoFloat(value, style, digits);
  return flags.includes('#') && style !== 'b' ? withPoint(plain, style, digits) : plain;
}

/** `%#g` keeps the zeros at the end, and `#` always shows a decimal point. */
function withPoint(text: string, style: string, precision: number): string {
  const [, number = '', tail = ''] = /^(0[xX][^pP]+|[\d.]+)(.*)$/.exec(text) ?? [];
  const wanted = 'gGx'.includes(style) ? (precision < 0 ? 6 : precision) : 0;
  const isBare = !number.includes('.');
  const shown = number
    .replace(/^0[xX]/, '')
    .replaceAll('.', '')
    .replace(/^0+/, '').length;
  const counted = isBare && number === '0' ? shown + 1 : shown;
  const zeros = '0'.repeat(Math.max(wanted - counted, 0));
  return `${number}${isBare ? '.' : ''}${zeros}${tail}`;
}

type PrintText = (text: string, flags: string) => string;

const TEXTS: Readonly<Record<string, PrintText>> = {
  s: (text) => text,
  v: (text, flags) => (flags.includes('G') ? quoteGo(text) : text),
  q: (text, flags) =>
    flags.includes('#') && canBackquote(text)
      ? `\`${text}\``
      : quoteGo(text, { isAscii: flags.includes('+') }),
};

function printText(text: string, verb: Verb): string | undefined {
  const { letter, flags, precision } = verb;
  if (letter === 'x' || letter === 'X') return pad(hex(text, verb), verb);
  const print = TEXTS[letter];
  if (!print) return undefined;
  const cut = precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  return pad(print(cut, flags), verb);
}

/** The bytes of a text; a precision says how many of them. */
function hex(text: string, { letter, flags, precision }: Verb): string {
  const bytes = new TextEncoder().encode(text).slice(0, precision);
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  const prefix = flags.includes('#') && pairs.length > 0 ? '0x' : '';
  const shown = flags.includes(' ')
    ? pairs.map((pair) => prefix + pair).join(' ')
    : prefix + pairs.join('');
  return letter === 'X' ? shown.toUpperCase() : shown;
}

/** Pads to the width with spaces, or with zeros where the flag says so. */
function pad(text: string, verb: Verb): string {
  const isFilled = verb.flags.includes('0') && !verb.flags.includes('-');
  return isFilled ? '0'.repeat(missing(text, verb)) + text : padSpaces(text, verb);
}

function padSpaces(text: string, verb: Verb): string {
  const spaces = ' '.repeat(missing(text, verb));
  return verb.flags.includes('-') ? text + spaces : spaces + text;
}

function missing(text: string, { width = 0 }: Verb): number {
  return width === 0 ? 0 : Math.max(width - Array.from(text).length, 0);
}
