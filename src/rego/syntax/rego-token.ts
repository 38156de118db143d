/**
 * The tokens of Rego, kept as columns: a file of ten thousand lines has a hundred thousand of
 * them. A kind has the name that OPA's messages use; an operator's is also the builtin it calls.
 */
import type { Place, RegoError } from '../model/rego-error.ts';

/** Words that are keywords in v0 and v1. */
export const OLD_KEYWORDS = [
  'package',
  'import',
  'as',
  'default',
  'else',
  'not',
  'some',
  'with',
  'null',
  'true',
  'false',
] as const;

/** Words that are keywords in v1; in v0 they have to be imported. */
export const FUTURE_KEYWORDS = ['contains', 'every', 'if', 'in'] as const;

/** A word that is a keyword in v1. */
export type Keyword = (typeof OLD_KEYWORDS)[number] | (typeof FUTURE_KEYWORDS)[number];

/** Most errors that are told of one source. */
export const MAX_PARSE_ERRORS = 10;

/** What a token is. */
export type TokenKind =
  | 'eof'
  | 'illegal'
  | 'identifier'
  | 'number'
  | 'string'
  | 'template-string-part'
  | 'template-string-end'
  | Keyword
  | Operator
  | '['
  | ']'
  | '{'
  | '}'
  | '('
  | ')'
  | ','
  | ':'
  | '.'
  | ';';

/** An operator between two terms. */
export type Operator =
  | 'assign'
  | 'eq'
  | 'equal'
  | 'neq'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'or'
  | 'and'
  | 'plus'
  | 'minus'
  | 'mul'
  | 'div'
  | 'rem';

/** What stands between a token and the one before: nothing, blanks, or at least one newline. */
export type Gap = '' | ' ' | '\n';

/** A comment: what stands behind its `#`. */
export interface Comment {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The tokens of one source; the last is `eof`. */
export interface Tokens {
  readonly file: string;
  /** A keyword becomes an identifier here where it begins a ref, and back at an import in v0. */
  readonly kinds: TokenKind[];
  /** Names, numbers as written, strings without their escapes; empty for other tokens. */
  readonly texts: string[];
  readonly lines: number[];
  readonly columns: number[];
  readonly gaps: Gap[];
  /** Of an opening bracket, the index of its closing one (of `eof` without one); else -1. */
  readonly partners: number[];
  readonly comments: Comment[];
  readonly errors: RegoError[];
}

const KEYWORDS: ReadonlySet<string> = new Set([...OLD_KEYWORDS, ...FUTURE_KEYWORDS]);
const LONGEST_KEYWORD = 8;
const OLD: ReadonlySet<string> = new Set(OLD_KEYWORDS);

/** Tells whether a word is a keyword of v1. */
export function isKeyword(word: string): word is Keyword {
  return word.length <= LONGEST_KEYWORD && KEYWORDS.has(word);
}

/** Tells whether a word is a keyword of both versions. */
export function isOldKeyword(word: string): word is Keyword {
  return OLD.has(word);
}

/** The place of a token. */
export function placeOf(tokens: Tokens, index: number): Place {
  const { file, lines, columns } = tokens;
  return { file, line: lines[index] ?? 1, column: columns[index] ?? 1 };
}
