/**
 * Arrays, sets, objects and comprehensions. The first term of a bracket decides: a `|` directly
 * behind it begins a body, and is a union behind anything longer, as OPA has it.
 */
import { isComprehension } from './look-ahead.ts';
import { readItem } from './parse-infix.ts';
import type { Place } from '../model/rego-error.ts';
import type { TokenKind } from './rego-token.ts';
import type { ObjectTerm, Term } from './syntax.ts';
import {
  enterTerm,
  expect,
  growTerm,
  kindAt,
  leaveTerm,
  placeAt,
  take,
  unexpected,
} from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';

/** `[a, b]` or `[v | body]`. */
export function readArray(cursor: Cursor): Term {
  const at = placeAt(cursor);
  cursor.index += 1;
  if (take(cursor, ']')) return { kind: 'array', items: [], at };
  const outer = enterTerm(cursor);
  const term = readArrayInside(cursor, at);
  growTerm(cursor);
  leaveTerm(cursor, outer);
  return term;
}

function readArrayInside(cursor: Cursor, at: Place): Term {
  const isPlain = take(cursor, ',');
  const first = cursor.grammar.term(cursor);
  if (!isPlain && kindAt(cursor) === 'or' && isComprehension(cursor)) {
    return { kind: 'comprehension', of: 'array', value: first, body: readBodyTo(cursor, ']'), at };
  }
  return { kind: 'array', items: readItems(cursor, readItem(cursor, first), ']'), at };
}

/** `{a, b}`, `{k: v}`, `{}`, `{v | body}` or `{k: v | body}`. */
export function readBraces(cursor: Cursor): Term {
  const at = placeAt(cursor);
  cursor.index += 1;
  if (take(cursor, '}')) return { kind: 'object', entries: [], at };
  const outer = enterTerm(cursor);
  const term = readBracesInside(cursor, at);
  growTerm(cursor);
  leaveTerm(cursor, outer);
  return term;
}

function readBracesInside(cursor: Cursor, at: Place): Term {
  const isPlain = take(cursor, ',');
  const first = cursor.grammar.term(cursor);
  if (!isPlain && kindAt(cursor) === 'or' && isComprehension(cursor)) {
    return { kind: 'comprehension', of: 'set', value: first, body: readBodyTo(cursor, '}'), at };
  }
  const item = readItem(cursor, first);
  if (take(cursor, ':')) return readObject(cursor, { key: item, isPlain, at });
  if (kindAt(cursor) !== ',' && kindAt(cursor) !== '}') {
    throw unexpected(cursor, 'non-terminated set: expected "," or "}"');
  }
  return { kind: 'set', items: readItems(cursor, item, '}'), at };
}

/** The rest of an object behind its first colon. */
function readObject(
  cursor: Cursor,
  begun: { readonly key: Term; readonly isPlain: boolean; readonly at: Place },
): Term {
  const { key, isPlain, at } = begun;
  const first = cursor.grammar.term(cursor);
  if (!isPlain && kindAt(cursor) === 'or' && isComprehension(cursor)) {
    const body = readBodyTo(cursor, '}');
    return { kind: 'comprehension', of: 'object', key, value: first, body, at };
  }
  const value = readItem(cursor, first);
  if (kindAt(cursor) !== ',' && kindAt(cursor) !== '}') {
    throw unexpected(cursor, 'non-terminated object: expected "," or "}"');
  }
  return { kind: 'object', entries: readEntries(cursor, [key, value]), at };
}

function readEntries(cursor: Cursor, first: readonly [Term, Term]): ObjectTerm['entries'] {
  const entries = [first];
  while (!endsList(cursor, '}')) {
    const key = readItem(cursor);
    expect(cursor, ':', 'expected ":"');
    entries.push([key, readItem(cursor)]);
  }
  return entries;
}

/** The rest of a list behind its first item, with its closing bracket. */
export function readItems(cursor: Cursor, first: Term, end: TokenKind): readonly Term[] {
  const items = [first];
  while (!endsList(cursor, end)) items.push(readItem(cursor));
  return items;
}

/** Reads the end of a list, or the comma before its next item; one may stand before the end. */
function endsList(cursor: Cursor, end: TokenKind): boolean {
  if (take(cursor, end)) return true;
  expect(cursor, ',', `expected "," or "${end}"`);
  return take(cursor, end);
}

function readBodyTo(cursor: Cursor, end: TokenKind): ReturnType<Cursor['grammar']['body']> {
  cursor.index += 1;
  return cursor.grammar.body(cursor, end);
}
