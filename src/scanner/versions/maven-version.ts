/**
 * The order of Maven (https://maven.apache.org/pom.html#Version_Order_Specification, as Maven 3.9
 * has it). A version is split at dots, hyphens and where digits meet letters; each token keeps
 * what stood before it. Values that say nothing (0, final, ga, release) are dropped at the end and
 * before each hyphen. `.qualifier` is the same as `-qualifier`, and sorts before `-number`, which
 * sorts before `.number`; a version that ends sorts as if it went on with nothing.
 */
import { compareDigits, comparerOf, compareTexts } from './version-order.ts';

/** A token with its place among the kinds of token. */
interface Token {
  readonly hyphen: boolean;
  /** Digits, or a qualifier in its one spelling. */
  readonly text: string;
  readonly number: boolean;
}

/** What no version holds: blanks, control characters, an unresolved property. */
const REFUSED = /[\u0000-\u0020\u007f${}]/;
const SEPARATOR = /^[.-]/;
const TOKEN = /[.-]?(?:\d+|[^\d.-]+)|[.-]/g;

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);
/** Short forms, which count only right before a digit. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const OTHER_RANK = QUALIFIERS.length;
const HYPHEN_NUMBER_RANK = OTHER_RANK + 1;
const DOT_NUMBER_RANK = OTHER_RANK + 2;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareMavenVersions = comparerOf({
  name: 'Maven version',
  form: 'TOKEN{.TOKEN} without blanks and properties',
  read: readMavenVersion,
  compare: compareTokens,
});

function readMavenVersion(text: string): readonly Token[] | undefined {
  if (text === '' || REFUSED.test(text)) return undefined;
  const words: string[] = text.toLowerCase().match(TOKEN) ?? [];
  if (SEPARATOR.test(text)) words.unshift('');
  return trimmed(words.map((word, index) => toToken(word, words[index + 1], index === 0)));
}

/** One token; a change between digits and letters counts as a hyphen. */
function toToken(word: string, next: string | undefined, first: boolean): Token {
  const separator = SEPARATOR.test(word) ? word.charAt(0) : '';
  const text = word.slice(separator.length);
  if (text === '' || isDigit(text.charCodeAt(0))) {
    return { hyphen: !first && separator !== '.', text, number: true };
  }
  const beforeDigit = next !== undefined && isDigit(next.charCodeAt(0));
  const name = (beforeDigit ? SHORT.get(text) : undefined) ?? ALIASES.get(text) ?? text;
  return { hyphen: true, text: name, number: false };
}

/** Without the tokens that say nothing at the end and before each hyphen. */
function trimmed(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  for (const token of tokens) {
    if (token.hyphen) dropNulls(kept);
    kept.push(token);
  }
  dropNulls(kept);
  return kept;
}

function dropNulls(tokens: Token[]): void {
  for (let last = tokens.at(-1); last !== undefined && isNull(last); last = tokens.at(-1)) {
    tokens.pop();
  }
}

function isNull({ text, number }: Token): boolean {
  return number ? compareDigits(text, '') === 0 : text === '';
}

function compareTokens(a: readonly Token[], b: readonly Token[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareToken(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** An end is compared as the other side wants it: as `.0` with `.number`, else as the release. */
function compareToken(a: Token | undefined, b: Token | undefined): number {
  const left = a ?? endBeside(b);
  const right = b ?? endBeside(a);
  const rank = rankOf(left);
  const order = rank - rankOf(right);
  if (order !== 0) return order;
  if (left.number) return compareDigits(left.text, right.text);
  return rank === OTHER_RANK ? compareTexts(left.text, right.text) : 0;
}

const END: Token = { hyphen: true, text: '', number: false };
const ZERO: Token = { hyphen: false, text: '', number: true };

function endBeside(other: Token | undefined): Token {
  return other?.number === true && !other.hyphen ? ZERO : END;
}

function rankOf(token: Token): number {
  if (token.number) return token.hyphen ? HYPHEN_NUMBER_RANK : DOT_NUMBER_RANK;
  const rank = QUALIFIERS.indexOf(token.text);
  return rank === -1 ? OTHER_RANK : rank;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
