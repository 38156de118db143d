/**
 * Strings and characters as Go quotes them (`strconv.Quote`): what can be printed stays, the rest
 * is escaped in Go's way, which is not JSON's.
 */

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const PLAIN = /^[ !#-[\]-~]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
  '\\': String.raw`\\`,
};
/** What stands for a code point that no text can hold. */
const REPLACEMENT = '\ufffd';

/** How to quote. */
export interface Quoting {
  /** Escape everything beyond ASCII. */
  readonly isAscii?: boolean;
}

/** A string in double quotes. */
export function quoteGo(text: string, quoting: Quoting = {}): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const points = Array.from(text, (point) => escaped(point, '"', quoting));
  return `"${points.join('')}"`;
}

/** A character in single quotes, by its code point. */
export function quoteRune(code: bigint, quoting: Quoting = {}): string {
  return `'${escaped(characterOf(code), "'", quoting)}'`;
}

/** The character of a code point; of what is none, the replacement character. */
export function characterOf(code: bigint): string {
  const isSurrogate = code >= 0xd800n && code <= 0xdfffn;
  const isPoint = code >= 0n && code <= 0x10ffffn && !isSurrogate;
  return isPoint ? String.fromCodePoint(Number(code)) : REPLACEMENT;
}

/** Tells whether a character can be printed, as Go's `strconv.IsPrint` does. */
export function isPrintable(point: string): boolean {
  return PRINTABLE.test(point);
}

/** Tells whether a string can stand between backquotes. */
export function canBackquote(text: string): boolean {
  return !/[\0-\u0008\u000a-\u001f`\u007f\ufeff\ufffd]/.test(text);
}

function escaped(point: string, quote: string, { isAscii = false }: Quoting): string {
  if (point === quote) return `\\${quote}`;
  const known = ESCAPES[point];
  if (known !== undefined) return known;
  const isShown = isPrintable(point) && (!isAscii || point < '\u0080');
  return isShown ? point : escapedByCode(point.codePointAt(0) ?? 0);
}

function escapedByCode(code: number): string {
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return String.raw`\x${hex.padStart(2, '0')}`;
  if (code >= 0xd800 && code <= 0xdfff) return String.raw`\ufffd`;
  return code < 0x10000
    ? String.raw`\u${hex.padStart(4, '0')}`
    : String.raw`\U${hex.padStart(8, '0')}`;
}
