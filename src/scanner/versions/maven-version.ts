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
  /** Of a qualifier, of {@link HYPHEN_NUMBER} or of {@link DOT_NUMBER}. */
  readonly rank: number;
  /** Digits, or a qualifier as written. */
  readonly text: string;
}

/** What no version holds: blanks, control characters, an unresolved property. */
const REFUSED = /[\u0000-\u0020\u007f${}]/;

/** Qualifiers that Maven knows, in order; all others follow by name. */
const QUALIFIERS: ReadonlyMap<string, number> = new Map([
  ['alpha', 0],
  ['beta', 1],
  ['milestone', 2],
  ['rc', 3],
  ['cr', 3],
  ['snapshot', 4],
  ['', 5],
  ['ga', 5],
  ['final', 5],
  ['release', 5],
  ['sp', 6],
]);
/** Short forms, which count only right before a digit. */
const SHORT: ReadonlyMap<string, number> = new Map([
  ['a', 0],
  ['b', 1],
  ['m', 2],
]);
const RELEASE = 5;
const OTHER = 7;
const HYPHEN_NUMBER = 8;
const DOT_NUMBER = 9;

const HYPHEN = 45;
const DOT = 46;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareMavenVersions = comparerOf({
  name: 'Maven version',
  form: 'TOKEN{.TOKEN} without blanks and properties',
  read: readMavenVersion,
  compare: compareTokens,
});

/** A change between digits and letters counts as a hyphen; a token may be empty, which is 0. */
function readMavenVersion(written: string): readonly Token[] | undefined {
  if (written === '' || REFUSED.test(written)) return undefined;
  const text = written.toLowerCase();
  const tokens: Token[] = [];
  let hyphen = false;
  let start = 0;
  for (;;) {
    const end = runEnd(text, start);
    addToken(tokens, toToken(text, { start, end, hyphen }));
    if (end === text.length) break;
    const next = text.charCodeAt(end);
    hyphen = next !== DOT;
    start = next === DOT || next === HYPHEN ? end + 1 : end;
  }
  dropNulls(tokens);
  return tokens;
}

interface Run {
  readonly start: number;
  readonly end: number;
  /** Whether a hyphen stood before it, or what counts as one. */
  readonly hyphen: boolean;
}

function toToken(text: string, { start, end, hyphen }: Run): Token {
  const word = text.slice(start, end);
  if (word === '' || isDigit(word.charCodeAt(0))) {
    return { rank: hyphen ? HYPHEN_NUMBER : DOT_NUMBER, text: word };
  }
  const short = isDigit(text.charCodeAt(end)) ? SHORT.get(word) : undefined;
  return { rank: short ?? QUALIFIERS.get(word) ?? OTHER, text: word };
}

function addToken(tokens: Token[], token: Token): void {
  if (token.rank !== DOT_NUMBER) dropNulls(tokens);
  tokens.push(token);
}

/** Where a run of digits, or of what is neither digit nor separator, ends. */
function runEnd(text: string, start: number): number {
  const digits = isDigit(text.charCodeAt(start));
  let end = start;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === DOT || code === HYPHEN || isDigit(code) !== digits) break;
    end += 1;
  }
  return end;
}

/** Drops the tokens at the end that say nothing. */
function dropNulls(tokens: Token[]): void {
  for (let last = tokens.at(-1); last !== undefined && isNull(last); last = tokens.at(-1)) {
    tokens.pop();
  }
}

function isNull({ rank, text }: Token): boolean {
  return rank >= HYPHEN_NUMBER ? compareDigits(text, '') === 0 : rank === RELEASE;
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
  if (left.rank !== right.rank) return left.rank - right.rank;
  if (left.rank >= HYPHEN_NUMBER) return compareDigits(left.text, right.text);
  return left.rank === OTHER ? compareTexts(left.text, right.text) : 0;
}

const END: Token = { rank: RELEASE, text: '' };
const ZERO: Token = { rank: DOT_NUMBER, text: '' };

function endBeside(other: Token | undefined): Token {
  return other?.rank === DOT_NUMBER ? ZERO : END;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
