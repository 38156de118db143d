/**
 * Go's `fmt.Sprintf` over Rego's values, as `sprintf` gives them to it: whole numbers as integers,
 * decimals as doubles, strings as strings, everything else as its Rego text.
 * Specification: https://pkg.go.dev/fmt
 */
import { isRegoNumber, isWhole, toDouble } from '../number.ts';
import { formatValue } from '../value.ts';
import type { Value } from '../value.ts';
import { formatGoFloat } from './go-float.ts';

/** What Go formats; `json.Number` is a text with a name of its own. */
export type GoArgument =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string' | 'json.Number'; readonly value: string };

interface Directive {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly verb: string;
}

/** Longest width and precision that are honoured, as in Go. */
const MAX_WIDTH = 1_000_000;
const DIRECTIVE =
  /%([-+# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d*))?(?:\[(\d+)\])?([^])?/uy;

/** Formats as Go does; `allocate` is told the length of each piece before it is made. */
export function goFormat(
  format: string,
  args: readonly Value[],
  allocate: (size: number) => void,
): string {
  return goFormatArguments(format, args.map(argumentOf), allocate);
}

/** Formats what is no value of Rego, too. */
export function goFormatArguments(
  format: string,
  args: readonly GoArgument[],
  allocate: (size: number) => void,
): string {
  const state = new Arguments(args);
  const pieces: string[] = [];
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    const end = percent === -1 ? format.length : percent;
    if (end > at) pieces.push(format.slice(at, end));
    if (percent === -1) break;
    DIRECTIVE.lastIndex = percent;
    const found = DIRECTIVE.exec(format) as RegExpExecArray;
    pieces.push(formatDirective(found, state, allocate));
    at = percent + found[0].length;
  }
  return pieces.join('') + state.extra();
}

/** The arguments and how far they are used. */
class Arguments {
  readonly #list: readonly GoArgument[];
  #next = 0;
  #isReordered = false;

  constructor(list: readonly GoArgument[]) {
    this.#list = list;
  }

  /** Goes to the argument that `[n]` names. */
  seek(index: string | undefined): boolean {
    if (index === undefined) return true;
    this.#isReordered = true;
    this.#next = Number(index) - 1;
    return this.#next >= 0 && this.#next < this.#list.length;
  }

  take(): GoArgument | undefined {
    const taken = this.#list[this.#next];
    this.#next += 1;
    return taken;
  }

  extra(): string {
    const rest = this.#isReordered ? [] : this.#list.slice(this.#next);
    return rest.length === 0 ? '' : `%!(EXTRA ${rest.map(describe).join(', ')})`;
  }
}

function argumentOf(value: Value): GoArgument {
  if (typeof value === 'string') return { type: 'string', value };
  if (!isRegoNumber(value)) return { type: 'string', value: formatValue(value) };
  if (isWhole(value)) return { type: 'int', value: BigInt(value) };
  const double = toDouble(value);
  return Number.isFinite(double)
    ? { type: 'float64', value: double }
    : { type: 'string', value: formatValue(value) };
}

function describe(argument: GoArgument): string {
  return `${argument.type}=${plain(argument)}`;
}

function plain(argument: GoArgument): string {
  return argument.type === 'float64'
    ? formatGoFloat(argument.value, 'g', -1)
    : String(argument.value);
}

function formatDirective(
  found: RegExpExecArray,
  state: Arguments,
  allocate: (size: number) => void,
): string {
  const directive = readDirective(found, state);
  if (typeof directive === 'string') return directive;
  if (directive.verb === '%') return '%';
  allocate((directive.width ?? 0) + (directive.precision ?? 0));
  const argument = state.take();
  if (!argument) return `%!${directive.verb}(MISSING)`;
  return pad(formatArgument(argument, directive), directive);
}

/** What a directive asks for, or what Go prints where it cannot be read. */
function readDirective(found: RegExpExecArray, state: Arguments): Directive | string {
  const [, flags = '', first, star, second, dots, third, verb] = found;
  if (verb === undefined) return '%!(NOVERB)';
  const isFound = [first, second, third].every((index) => state.seek(index));
  if (!isFound) return `%!${verb}(BADINDEX)`;
  const width = sizeOf(star, state);
  if (width === 'bad') return '%!(BADWIDTH)';
  const precision = dots === '' ? 0 : sizeOf(dots, state);
  if (precision === 'bad') return '%!(BADPREC)';
  const isLeft = width !== undefined && width < 0;
  return { flags: isLeft ? `${flags}-` : flags, width: width && Math.abs(width), precision, verb };
}

function sizeOf(written: string | undefined, state: Arguments): number | undefined | 'bad' {
  if (written === undefined) return undefined;
  const size = written === '*' ? starred(state) : Number(written);
  return size !== undefined && Math.abs(size) <= MAX_WIDTH ? size : 'bad';
}

function starred(state: Arguments): number | undefined {
  const taken = state.take();
  return taken?.type === 'int' ? Number(taken.value) : undefined;
}

type Format = (argument: GoArgument, directive: Directive) => string | undefined;

const FORMATS: Readonly<Record<GoArgument['type'], Format>> = {
  int: (argument, directive) => formatInteger(argument.value as bigint, directive),
  float64: (argument, directive) => formatFloat(argument.value as number, directive),
  string: (argument, directive) => formatText(argument.value as string, directive),
  'json.Number': (argument, directive) => formatText(argument.value as string, directive),
  bool: (argument, { verb }) => ('tv'.includes(verb) ? String(argument.value) : undefined),
};

function formatArgument(argument: GoArgument, directive: Directive): string {
  if (directive.verb === 'T') return argument.type;
  return (
    FORMATS[argument.type](argument, directive) ?? `%!${directive.verb}(${describe(argument)})`
  );
}

const RADIXES: Readonly<Record<string, readonly [radix: number, prefix: string]>> = {
  d: [10, ''],
  v: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
};

function formatInteger(value: bigint, directive: Directive): string | undefined {
  const { verb, flags } = directive;
  if (verb === 'c') return codePoint(value);
  if (verb === 'q') return `'${codePoint(value)}'`;
  if (verb === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
  const found = RADIXES[verb];
  if (!found) return undefined;
  const [radix, prefix] = found;
  const digits = (value < 0n ? -value : value).toString(radix);
  const cased = verb === 'X' ? digits.toUpperCase() : digits;
  const filled = cased.padStart(directive.precision ?? 0, '0');
  const shown = flags.includes('#') || verb === 'O' ? `${prefix}${filled}` : filled;
  return signOf(value < 0n, flags) + shown;
}

function codePoint(value: bigint): string {
  return value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\ufffd';
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  if (flags.includes('+')) return '+';
  return flags.includes(' ') ? ' ' : '';
}

function formatFloat(value: number, { verb, flags, precision }: Directive): string | undefined {
  if (!'vgGeEfF'.includes(verb)) return undefined;
  const style = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb;
  const digits = precision ?? ('eEf'.includes(style) ? 6 : -1);
  const text = formatGoFloat(Math.abs(value), style, digits);
  return signOf(value < 0, flags) + text;
}

const TEXTS: Readonly<Record<string, (text: string, flags: string) => string>> = {
  s: (text) => text,
  v: (text, flags) => (flags.includes('#') ? JSON.stringify(text) : text),
  q: (text, flags) =>
    flags.includes('#') && !text.includes('`') ? `\`${text}\`` : JSON.stringify(text),
  x: (text, flags) => hex(text, flags),
  X: (text, flags) => hex(text, flags).toUpperCase(),
};

function formatText(text: string, { verb, flags, precision }: Directive): string | undefined {
  const cut = precision === undefined ? text : Array.from(text).slice(0, precision).join('');
  return TEXTS[verb]?.(cut, flags);
}

function hex(text: string, flags: string): string {
  const pairs = [...new TextEncoder().encode(text)].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  const prefix = flags.includes('#') ? '0x' : '';
  return flags.includes(' ')
    ? pairs.map((pair) => prefix + pair).join(' ')
    : prefix + pairs.join('');
}

/** Pads to the width; zeros go between the sign and the digits. */
function pad(text: string, { flags, width = 0, verb, precision }: Directive): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  const isInteger = 'dboOxX'.includes(verb) && precision !== undefined;
  if (!flags.includes('0') || isInteger) return ' '.repeat(missing) + text;
  const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}
