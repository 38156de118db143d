/**
 * A place in a list of tokens, and the errors of what was not expected there. Nothing here goes
 * back: what has to be known before it is read is found by looking ahead (`look-ahead.ts`).
 */
import { RegoError } from '../model/rego-error.ts';
import type { Place } from '../model/rego-error.ts';
import { isKeyword, placeOf } from './rego-token.ts';
import type { TokenKind, Tokens } from './rego-token.ts';
import type { Body, RegoVersion, Term, TermStatement } from './syntax.ts';

/** Deepest nesting of a term: of brackets within brackets, and of operators in a row. */
export const MAX_TERM_DEPTH = 400;

/** What terms and bodies need of each other: a comprehension has a body, a body has terms. */
export interface Grammar {
  /** A term without operators. */
  readonly term: (cursor: Cursor) => Term;
  /** Statements up to a closing token, which is read too. */
  readonly body: (cursor: Cursor, end: TokenKind) => Body;
  /** What stands within the braces of a template string. */
  readonly templatePart: (cursor: Cursor) => TermStatement;
}

/** What the functions of the parser share. */
export interface Cursor {
  readonly tokens: Tokens;
  readonly version: RegoVersion;
  readonly grammar: Grammar;
  /** The token that is read next. */
  index: number;
  /** How many brackets are open around it. */
  depth: number;
  /** How deep the deepest term is that was read within the innermost open one. */
  tallest: number;
  /** How many `_` were read. */
  wildcards: number;
  /** Words of v1 that were imported into a v0 source. */
  readonly imported: Set<string>;
}

/** The kind of the next token, or of one after it; `eof` behind the end. */
export function kindAt(cursor: Cursor, ahead = 0): TokenKind {
  return cursor.tokens.kinds[cursor.index + ahead] ?? 'eof';
}

/** What the next token says: a name, a number, a string without its escapes. */
export function textAt(cursor: Cursor): string {
  return cursor.tokens.texts[cursor.index] ?? '';
}

/** Where the next token stands. */
export function placeAt(cursor: Cursor): Place {
  return placeOf(cursor.tokens, cursor.index);
}

/** Tells whether nothing stands between the next token and the one before. */
export function isGlued(cursor: Cursor, ahead = 0): boolean {
  return cursor.tokens.gaps[cursor.index + ahead] === '';
}

/** Reads a token if it is of a kind. */
export function take(cursor: Cursor, kind: TokenKind): boolean {
  if (kindAt(cursor) !== kind) return false;
  cursor.index += 1;
  return true;
}

/** Reads a token of a kind; refuses any other. */
export function expect(cursor: Cursor, kind: TokenKind, wanted: string): void {
  if (!take(cursor, kind)) throw unexpected(cursor, wanted);
}

/**
 * Tells whether the next token is a keyword that begins a ref, `if.x` or `not["y"]`, and so is a
 * name here.
 */
export function beginsKeywordRef(cursor: Cursor): boolean {
  const { kinds, texts, gaps } = cursor.tokens;
  const next = kinds[cursor.index + 1];
  if (next !== '.' && next !== '[') return false;
  if (gaps[cursor.index + 1] !== '') return false;
  return kinds[cursor.index] !== 'identifier' && isKeyword(texts[cursor.index] ?? '');
}

/** Tells whether a keyword begins a ref on a line of its own, and so the next rule. */
export function beginsKeywordRule(cursor: Cursor): boolean {
  return cursor.tokens.gaps[cursor.index] === '\n' && beginsKeywordRef(cursor);
}

/** Makes the next token a name where it is a keyword that begins a ref. */
export function nameKeywordRef(cursor: Cursor): void {
  if (beginsKeywordRef(cursor)) cursor.tokens.kinds[cursor.index] = 'identifier';
}

/** The error of the next token, in OPA's words: what was found, and what could stand there. */
export function unexpected(cursor: Cursor, wanted: string, hint?: string): RegoError {
  const kind = kindAt(cursor);
  const sort = isKeyword(kind) ? 'keyword' : 'token';
  const message = kind === 'illegal' ? 'illegal token' : `unexpected ${kind} ${sort}: ${wanted}`;
  return parseError(message, placeAt(cursor), hint);
}

/** An error of syntax at a place. */
export function parseError(message: string, at: Place, hint?: string): RegoError {
  return new RegoError('rego_parse_error', message, hint === undefined ? { at } : { at, hint });
}

/** Goes into a bracket; answers what `leaveTerm` wants. Refuses to go too deep. */
export function enterTerm(cursor: Cursor): number {
  cursor.depth += 1;
  if (cursor.depth > MAX_TERM_DEPTH) throw tooDeep(cursor);
  const outer = cursor.tallest;
  cursor.tallest = 0;
  return outer;
}

/** Comes out of a bracket: the term is one deeper than the deepest within. */
export function leaveTerm(cursor: Cursor, outer: number): void {
  cursor.depth -= 1;
  cursor.tallest = Math.max(outer, cursor.tallest);
}

/** Notes that the term that is being read got one deeper, by an operator or a bracket. */
export function growTerm(cursor: Cursor): void {
  cursor.tallest += 1;
  if (cursor.tallest > MAX_TERM_DEPTH) throw tooDeep(cursor);
}

function tooDeep(cursor: Cursor): RegoError {
  return parseError(
    `max parsing recursion depth exceeded: at most ${MAX_TERM_DEPTH} levels are read`,
    placeAt(cursor),
  );
}
