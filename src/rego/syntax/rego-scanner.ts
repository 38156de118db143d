/** The state of the lexer: how far it is, what it has found, and what is open there. */
import { RegoError } from '../model/rego-error.ts';
import { MAX_PARSE_ERRORS, placeOf } from './rego-token.ts';
import type { Gap, Keyword, TokenKind, Tokens } from './rego-token.ts';

/** What the functions of the lexer share. */
export interface Scanner {
  readonly text: string;
  readonly tokens: Tokens;
  readonly isKeyword: (word: string) => word is Keyword;
  /** Tokens of brackets and template strings that are not closed yet. */
  readonly open: number[];
  /** Of each open template string, its quote. */
  readonly quotes: string[];
  offset: number;
  line: number;
  /** Where the line begins; moved by one for each character that takes two units. */
  lineStart: number;
  gap: Gap;
}

/** A scanner at the beginning of a text. */
export function makeScanner(source: {
  readonly file: string;
  readonly text: string;
  readonly isKeyword: (word: string) => word is Keyword;
}): Scanner {
  const { file, text, isKeyword } = source;
  const lists = { kinds: [], texts: [], lines: [], columns: [], gaps: [], partners: [] };
  const tokens: Tokens = { file, ...lists, comments: [], errors: [] };
  const start = { offset: 0, line: 1, lineStart: 0, gap: '' } as const;
  return { text, tokens, isKeyword, open: [], quotes: [], ...start };
}

/** Notes where the next token begins; `endToken` must follow. */
export function beginToken(scanner: Scanner): void {
  const { tokens } = scanner;
  tokens.lines.push(scanner.line);
  tokens.columns.push(scanner.offset - scanner.lineStart + 1);
  tokens.gaps.push(scanner.gap);
  tokens.partners.push(-1);
}

/** Adds the token that was begun. */
export function endToken(scanner: Scanner, kind: TokenKind, text: string): void {
  scanner.tokens.kinds.push(kind);
  scanner.tokens.texts.push(text);
  scanner.gap = '';
}

/** Adds the token that was begun as an illegal one, with its error; too many end the reading. */
export function failToken(scanner: Scanner, problem: string, hint?: string): void {
  const { tokens } = scanner;
  const at = placeOf(tokens, tokens.kinds.length);
  const where = hint === undefined ? { at } : { at, hint };
  tokens.errors.push(new RegoError('rego_parse_error', problem, where));
  endToken(scanner, 'illegal', '');
  if (tokens.errors.length >= MAX_PARSE_ERRORS) scanner.offset = scanner.text.length;
}
