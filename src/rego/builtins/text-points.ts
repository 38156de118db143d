/**
 * Strings by their code points, without a list of them: counted, cut at both ends, and changed in
 * case as Go does it, point by point.
 */

/** What Go's unicode.IsSpace names, beyond which `trim_space` cuts nothing. */
export const SPACES =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009' +
  '\u200a\u2028\u2029\u202f\u205f\u3000';

/** A text in which two units stand for one code point somewhere. */
export const SURROGATE = /[\ud800-\udbff][\udc00-\udfff]/;

const ASCII = /^[\0-\x7f]*$/;

/** How many code points stand between two positions. */
export function pointsIn(text: string, from: number, to: number): number {
  let count = to - from;
  for (let at = from; at + 1 < to; at += 1) {
    const isPair = isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1));
    if (isPair) count -= 1;
  }
  return count;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** How often a text that is not empty stands in another, without overlaps. */
export function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    count += 1;
  }
  return count;
}

/** The text from its first code point on that is not to be cut. */
export function trimStart(text: string, cut: string): string {
  const cutset = new Set(cut);
  let at = 0;
  while (at < text.length) {
    const point = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (!cutset.has(point)) break;
    at += point.length;
  }
  return text.slice(at);
}

/** The text up to its last code point that is not to be cut. */
export function trimEnd(text: string, cut: string): string {
  const cutset = new Set(cut);
  let end = text.length;
  while (end > 0) {
    const isPair = isLow(text.charCodeAt(end - 1)) && isHigh(text.charCodeAt(end - 2));
    const width = isPair ? 2 : 1;
    if (!cutset.has(text.slice(end - width, end))) break;
    end -= width;
  }
  return text.slice(0, end);
}

/** Lower case; a sigma knows no end of a word. */
export function toLower(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : Array.from(text, lowerPoint).join('');
}

/** Upper case; what would become longer stays: `ß`. */
export function toUpper(text: string): string {
  return ASCII.test(text) ? text.toUpperCase() : Array.from(text, upperPoint).join('');
}

function lowerPoint(point: string): string {
  const lower = point.toLowerCase();
  return lower.length > point.length ? lower.slice(0, point.length) : lower;
}

function upperPoint(point: string): string {
  const upper = point.toUpperCase();
  return upper.length > point.length ? point : upper;
}
