/**
 * Text to tokens, one character after the other. Errors are collected, so that one odd string does
 * not hide what else is wrong; brackets are paired here, so that the parser can look behind them
 * without reading twice.
 */
import { scanTemplate, scanText } from './lex-text.ts';
import { RegoError } from '../model/rego-error.ts';
import type { Place } from '../model/rego-error.ts';
import { isKeyword, isOldKeyword } from './rego-token.ts';
import type { TokenKind, Tokens } from './rego-token.ts';
import type { Scanner } from './rego-scanner.ts';
import { beginToken, endToken, failToken, makeScanner } from './rego-scanner.ts';
import type { RegoVersion } from './syntax.ts';
import { NUMBER_HINT, hintOfCharacter } from './syntax-hints.ts';

/** Most characters of one source. */
export const MAX_SOURCE_LENGTH = 4 * 1024 * 1024;
/** Most tokens of one source: ten times what ten thousand lines have. */
export const MAX_TOKENS = 1_000_000;

const NEWLINE = 10;
const ODD_NUMBER = 'illegal number format';
const EQUALS = 61;

const SINGLE: Readonly<Record<string, TokenKind>> = {
  '[': '[',
  ']': ']',
  '{': '{',
  '}': '}',
  '(': '(',
  ')': ')',
  ',': ',',
  ':': ':',
  '.': '.',
  ';': ';',
  '+': 'plus',
  '-': 'minus',
  '*': 'mul',
  '/': 'div',
  '%': 'rem',
  '&': 'and',
  '|': 'or',
  '=': 'eq',
  '<': 'lt',
  '>': 'gt',
};
/** The same characters with `=` behind them. */
const DOUBLE: Readonly<Record<string, TokenKind>> = {
  ':': 'assign',
  '=': 'equal',
  '<': 'lte',
  '>': 'gte',
  '!': 'neq',
};
const CLOSERS: ReadonlyMap<TokenKind, TokenKind> = new Map([
  [']', '['],
  ['}', '{'],
  [')', '('],
]);
const OPENERS: ReadonlySet<TokenKind> = new Set(['[', '{', '(']);

/** What begins with a character: one function for each of the first 128, `scanOdd` for others. */
const SCANNERS: readonly ((scanner: Scanner) => void)[] = Array.from({ length: 128 }, (_, code) =>
  scannerOf(String.fromCharCode(code)),
);

function scannerOf(char: string): (scanner: Scanner) => void {
  if (char === '\n') return scanNewline;
  if (' \t\r'.includes(char)) return scanBlank;
  if (/[A-Za-z_]/.test(char)) return scanWord;
  if (/[0-9]/.test(char)) return scanNumber;
  const known: Readonly<Record<string, (scanner: Scanner) => void>> = {
    '"': scanText,
    '`': scanText,
    $: scanTemplate,
    '#': scanComment,
    '}': scanBrace,
  };
  return known[char] ?? (char in SINGLE || char in DOUBLE ? scanOperator : scanOdd);
}

const NAME_UNITS = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9_]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => (code >= 48 && code <= 57 ? 1 : 0));

/** Reads a source into tokens; never throws: what is wrong stands in `errors`. */
export function lexRego(file: string, text: string, version: RegoVersion): Tokens {
  const isKeywordHere = version === 'v1' ? isKeyword : isOldKeyword;
  const scanner = makeScanner({ file, text, isKeyword: isKeywordHere });
  if (refuseOddText(scanner)) return finish(scanner);
  if (text.charCodeAt(0) === 0xfeff) scanner.offset = scanner.lineStart = 1;
  while (scanner.offset < text.length && scanner.tokens.kinds.length < MAX_TOKENS) {
    const code = text.charCodeAt(scanner.offset);
    (SCANNERS[code] ?? scanOdd)(scanner);
  }
  if (scanner.offset < text.length) refuseSize(scanner, `more than ${MAX_TOKENS} tokens`);
  return finish(scanner);
}

/** Refuses what no source may hold anywhere, in comments and strings neither. */
function refuseOddText(scanner: Scanner): boolean {
  const { text, tokens } = scanner;
  if (text.length > MAX_SOURCE_LENGTH) {
    refuseSize(scanner, `${text.length} characters, more than ${MAX_SOURCE_LENGTH}`);
    return true;
  }
  const [problem, offset] = findOdd(text);
  if (problem === undefined) return false;
  tokens.errors.push(new RegoError('rego_parse_error', problem, { at: placeAt(scanner, offset) }));
  return true;
}

/** Refuses a source for its size, and reads no more of it: what stands in it is not looked at. */
function refuseSize(scanner: Scanner, size: string): void {
  const at = { file: scanner.tokens.file, line: 1, column: 1 };
  scanner.tokens.errors.length = 0;
  scanner.tokens.kinds.length = 0;
  scanner.tokens.errors.push(new RegoError('rego_parse_error', `source has ${size}`, { at }));
}

function findOdd(text: string): readonly [string | undefined, number] {
  const nul = text.indexOf('\0');
  if (nul >= 0) return ['illegal null character', nul];
  const mark = text.indexOf('\ufeff', 1);
  if (mark >= 0) return ['illegal byte-order mark', mark];
  if (text.isWellFormed()) return [undefined, 0];
  const half = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
  return ['illegal utf-8 character', text.search(half)];
}

function placeAt(scanner: Scanner, offset: number): Place {
  const before = scanner.text.slice(0, offset).split('\n');
  const column = Array.from(before.at(-1) ?? '').length + 1;
  return { file: scanner.tokens.file, line: before.length, column };
}

/** Ends the list, and gives brackets that were never closed the end as their partner. */
function finish(scanner: Scanner): Tokens {
  beginToken(scanner);
  endToken(scanner, 'eof', '');
  const { tokens, open } = scanner;
  for (const index of open) tokens.partners[index] = tokens.kinds.length - 1;
  return tokens;
}

function scanNewline(scanner: Scanner): void {
  scanner.offset += 1;
  scanner.line += 1;
  scanner.lineStart = scanner.offset;
  scanner.gap = '\n';
}

function scanBlank(scanner: Scanner): void {
  scanner.offset += 1;
  if (scanner.gap === '') scanner.gap = ' ';
}

function scanComment(scanner: Scanner): void {
  const { text, offset, line, lineStart } = scanner;
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  const trimmed = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
  const column = offset - lineStart + 1;
  scanner.tokens.comments.push({ line, column, text: text.slice(offset + 1, trimmed) });
  scanner.offset = end;
  if (scanner.gap === '') scanner.gap = ' ';
}

function scanWord(scanner: Scanner): void {
  beginToken(scanner);
  const { text, offset } = scanner;
  const end = endOfRun(text, offset + 1, NAME_UNITS);
  const word = text.slice(offset, end);
  scanner.offset = end;
  endToken(scanner, scanner.isKeyword(word) ? word : 'identifier', word);
}

/** The first offset whose character is not in a table. */
function endOfRun(text: string, start: number, table: Uint8Array): number {
  let end = start;
  while (table[text.charCodeAt(end)] === 1) end += 1;
  return end;
}

/** `12`, `1.5`, `1e-3`; what letters follow belong to the same, illegal number. */
function scanNumber(scanner: Scanner): void {
  beginToken(scanner);
  const { text, offset } = scanner;
  scanner.offset = endOfRun(text, offset + 1, DIGITS);
  const problem = scanFraction(scanner) ?? scanExponent(scanner);
  const end = endOfRun(text, scanner.offset, NAME_UNITS);
  const isOdd = end > scanner.offset;
  scanner.offset = end;
  if (problem !== undefined) return failToken(scanner, problem);
  if (isOdd) return failToken(scanner, ODD_NUMBER, NUMBER_HINT);
  endToken(scanner, 'number', text.slice(offset, end));
}

function scanFraction(scanner: Scanner): string | undefined {
  const { text, offset } = scanner;
  if (text[offset] !== '.') return undefined;
  scanner.offset = endOfRun(text, offset + 1, DIGITS);
  return scanner.offset === offset + 1 ? 'expected fraction' : undefined;
}

function scanExponent(scanner: Scanner): string | undefined {
  const { text, offset } = scanner;
  if (text[offset] !== 'e' && text[offset] !== 'E') return undefined;
  const sign = text[offset + 1];
  const start = offset + (sign === '+' || sign === '-' ? 2 : 1);
  scanner.offset = endOfRun(text, start, DIGITS);
  return scanner.offset === start ? 'expected exponent' : undefined;
}

function scanOperator(scanner: Scanner): void {
  beginToken(scanner);
  const { text, offset } = scanner;
  const char = text[offset] ?? '';
  const double = text.charCodeAt(offset + 1) === EQUALS ? DOUBLE[char] : undefined;
  scanner.offset += double === undefined ? 1 : 2;
  const kind = double ?? SINGLE[char];
  if (kind === undefined) {
    return failToken(scanner, `illegal ${char} character`, hintOfCharacter(char));
  }
  pairBracket(scanner, kind);
  endToken(scanner, kind, '');
}

/** A `}` ends a block or a set, or gives a template string the word again. */
function scanBrace(scanner: Scanner): void {
  const opened = scanner.open.at(-1);
  const isTemplate =
    opened !== undefined && scanner.tokens.kinds[opened] === 'template-string-part';
  return isTemplate ? scanTemplate(scanner) : scanOperator(scanner);
}

function pairBracket(scanner: Scanner, kind: TokenKind): void {
  const { open, tokens } = scanner;
  if (OPENERS.has(kind)) open.push(tokens.kinds.length);
  const wanted = CLOSERS.get(kind);
  const opened = open.at(-1);
  if (wanted === undefined || opened === undefined || tokens.kinds[opened] !== wanted) return;
  tokens.partners[opened] = tokens.kinds.length;
  open.pop();
}

/** A character that begins nothing. */
function scanOdd(scanner: Scanner): void {
  beginToken(scanner);
  const char = String.fromCodePoint(scanner.text.codePointAt(scanner.offset) ?? NEWLINE);
  scanner.offset += char.length;
  scanner.lineStart += char.length - 1;
  failToken(scanner, `illegal token: found ${char}`, hintOfCharacter(char));
}
