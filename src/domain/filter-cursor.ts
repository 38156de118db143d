/**
 * A place in a filter's text: looking ahead, taking words and values, and errors that point at the
 * character. What a run of characters is depends on what is wanted there (`a-b` is a field,
 * `2026-1` a value), so there are no tokens before the grammar asks.
 */
import { AssayError } from './error.ts';
import type { FilterSpan, FilterValue } from './filter.ts';

/** A filter's text and how far it has been read; `terms` counts against a cap. */
export interface FilterCursor {
  readonly text: string;
  offset: number;
  terms: number;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  "'": "'",
  n: '\n',
  r: '\r',
  t: '\t',
};
const BLANKS = /\s*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const MEMBER = /[A-Za-z0-9_][A-Za-z0-9_-]*/y;
const BARE_VALUE = /[^\s()"',=<>!\\]+/y;

/** Skips blanks, then takes what the text has there if it begins with `literal`. */
export function takeLiteral(cursor: FilterCursor, literal: string): boolean {
  skipBlanks(cursor);
  if (!cursor.text.startsWith(literal, cursor.offset)) return false;
  cursor.offset += literal.length;
  return true;
}

/** Skips blanks, then takes one of the literals, the first that fits. */
export function takeOneOf<T extends string>(
  cursor: FilterCursor,
  literals: readonly T[],
): T | undefined {
  return literals.find((literal) => takeLiteral(cursor, literal));
}

/** Skips blanks, then takes a keyword: as {@link takeLiteral}, but only as a whole word. */
export function takeKeyword(cursor: FilterCursor, keyword: string): boolean {
  skipBlanks(cursor);
  if (peek(cursor, WORD) !== keyword) return false;
  cursor.offset += keyword.length;
  return true;
}

/** Takes a field's or function's name; undefined: there is none. */
export function takeWord(cursor: FilterCursor): string | undefined {
  skipBlanks(cursor);
  const word = peek(cursor, WORD);
  cursor.offset += word?.length ?? 0;
  return word;
}

/** Takes what may follow a dot: a name, a key of digits, or a quoted key. */
export function takeMember(cursor: FilterCursor): string | undefined {
  const quote = cursor.text[cursor.offset];
  if (quote === '"' || quote === "'") return takeQuoted(cursor, quote);
  const word = peek(cursor, MEMBER);
  cursor.offset += word?.length ?? 0;
  return word;
}

/** Takes a quoted text or a bare word, number or time; refuses anything else. */
export function takeValue(cursor: FilterCursor): FilterValue {
  skipBlanks(cursor);
  const start = cursor.offset;
  const quote = cursor.text[start];
  if (quote === '"' || quote === "'") {
    return { text: takeQuoted(cursor, quote), quoted: true, at: spanFrom(cursor, start) };
  }
  const text = peek(cursor, BARE_VALUE);
  if (text === undefined || isKeyword(text)) throw unexpected(cursor, 'a value (texts in quotes)');
  cursor.offset += text.length;
  return { text, quoted: false, at: spanFrom(cursor, start) };
}

/** Whether nothing but blanks is left. */
export function atEnd(cursor: FilterCursor): boolean {
  skipBlanks(cursor);
  return cursor.offset >= cursor.text.length;
}

/** Moves to the next character that is no blank, and tells where that is. */
export function skipBlanks(cursor: FilterCursor): number {
  cursor.offset += peek(cursor, BLANKS)?.length ?? 0;
  return cursor.offset;
}

/** Whether a word is one of the language's own, which are upper case. */
export function isKeyword(word: string): boolean {
  return word === 'AND' || word === 'OR' || word === 'NOT';
}

/** What was taken since `start`, trailing blanks left out. */
export function spanFrom(cursor: FilterCursor, start: number): FilterSpan {
  let end = cursor.offset;
  while (end > start && /\s/.test(cursor.text[end - 1] ?? '')) end -= 1;
  return { offset: start, length: end - start };
}

/** The error for what stands at the cursor where `wanted` should be. */
export function unexpected(cursor: FilterCursor, wanted: string): AssayError {
  const offset = skipBlanks(cursor);
  const rest = cursor.text.slice(offset, offset + 64);
  const found = rest === '' ? 'the end' : JSON.stringify(/^[A-Za-z0-9_]+|^./su.exec(rest)?.[0]);
  return filterError(offset, `found ${found}, wanted ${wanted}`);
}

/** An `invalid-filter` error that points at a character, counted from 1. */
export function filterError(offset: number, problem: string): AssayError {
  return new AssayError('invalid-filter', `filter, at position ${offset + 1}: ${problem}`, {
    details: { position: offset + 1 },
  });
}

function takeQuoted(cursor: FilterCursor, quote: string): string {
  const { text, offset: start } = cursor;
  let value = '';
  let at = start + 1;
  while (at < text.length && text[at] !== quote) {
    const escaped = text[at] === '\\';
    value += escaped ? resolveEscape(text, at + 1) : text[at];
    at += escaped ? 2 : 1;
  }
  if (at >= text.length) {
    throw filterError(start, `the text that begins here lacks its closing ${quote}`);
  }
  cursor.offset = at + 1;
  return value;
}

function resolveEscape(text: string, at: number): string {
  const letter = text[at] ?? '';
  const resolved = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (resolved !== undefined) return resolved;
  throw filterError(at - 1, `found the escape \\${letter}, wanted one of \\\\ \\" \\' \\n \\r \\t`);
}

function peek(cursor: FilterCursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.offset;
  return pattern.exec(cursor.text)?.[0];
}
