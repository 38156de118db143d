/**
 * What to do about errors of syntax, beside OPA's own words: habits from other languages, names
 * that are keywords, and brackets that were never closed.
 */
import { type Tokens, isKeyword, placeOf } from './rego-token.ts';
import type { TokenKind } from './rego-token.ts';

/** What an odd character is in other languages, and what Rego has in its place. */
const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ["'", 'strings stand between double quotes or backquotes'],
  ['!', '`not x` negates a condition, and `x != y` compares'],
  ['?', 'there is no conditional operator: write a second rule, or an else branch'],
  ['$', 'a template string is written $"text {term}"'],
]);

/** What to do about a character that begins nothing. */
export function hintOfCharacter(char: string): string | undefined {
  const isLetter = /[\p{L}\p{M}]/u.test(char);
  return CHARACTERS.get(char) ?? (isLetter ? 'names are made of a-z, A-Z, 0-9 and _' : undefined);
}

/** What a number is, where one is none. */
export const NUMBER_HINT = 'numbers are decimal: 31, 0.5, 1e3';

/** What to do about a string that the lexer refuses. */
export function hintOfText(problem: string, quote: string): string | undefined {
  if (problem === 'illegal escape sequence') {
    return 'what may follow a backslash: " \\ / b f n r t uXXXX; in backquotes nothing is escaped';
  }
  if (problem !== 'non-terminated string') return undefined;
  return quote === '"'
    ? 'a string in double quotes ends on its line; one in backquotes may have many lines'
    : 'the backquote that ends it is missing';
}

/** Operators of other languages, which are two tokens here. */
const DOUBLED: Partial<Record<TokenKind, string>> = {
  and: 'conditions stand on lines of their own, or are divided by `;`: all of them must hold',
  or: 'write a second rule with the other condition, or `x in {a, b}`',
  div: 'a comment begins with #',
};

/** What to do about the token at which the reading of a statement ended; `start` is its first. */
export function hintOfToken(tokens: Tokens, index: number, start: number): string | undefined {
  const kind = tokens.kinds[index] ?? 'eof';
  if (tokens.kinds[index - 1] === kind && tokens.gaps[index] === '' && DOUBLED[kind]) {
    return DOUBLED[kind];
  }
  const isHead = !tokens.kinds.slice(start, index).includes('if');
  if (kind === 'equal' && isHead) return '`==` compares; `:=` gives a rule its value';
  if (kind === 'div' && index === start) return DOUBLED.div;
  return hintOfBracket(tokens, index, start) ?? hintOfKeyword(kind, index === start);
}

const OPENERS: ReadonlySet<TokenKind> = new Set(['[', '{', '(']);

/** The innermost bracket of the statement that nothing closes. */
function hintOfBracket(tokens: Tokens, index: number, start: number): string | undefined {
  const { kinds, partners } = tokens;
  const end = kinds.length - 1;
  for (let at = Math.min(index - 1, end); at >= start; at -= 1) {
    const kind = kinds[at] ?? 'eof';
    if (!OPENERS.has(kind) || partners[at] !== end) continue;
    const { line, column } = placeOf(tokens, at);
    return `the ${kind} at ${line}:${column} is not closed`;
  }
  return undefined;
}

function hintOfKeyword(kind: TokenKind, isFirst: boolean): string | undefined {
  if (!isFirst || !isKeyword(kind)) return undefined;
  return `\`${kind}\` is a keyword: give the rule another name, or what it belongs to a line above`;
}
