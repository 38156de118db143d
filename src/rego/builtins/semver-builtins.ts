/**
 * Semantic versions (https://semver.org, clauses 9 to 11), read as generously as OPA does: with a
 * `v` before them, zeros before their numbers, and nothing behind their `-` or `+`.
 */
import { BuiltinFailure } from '../model/builtin.ts';
import type { Builtin } from '../model/builtin.ts';
import { compareStrings } from '../model/value.ts';
import { quoteGo } from './go-quote.ts';

const IDENTIFIERS = '(?:[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const SEMVER = new RegExp(
  `^v?(\\d+)\\.(\\d+)\\.(\\d+)(?:-(${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?$`,
);
/** A longer text is no version. */
const MAX_LENGTH = 1024;
/** Major, minor and patch are below this. */
const LIMIT = 1n << 63n;

interface Version {
  readonly numbers: readonly bigint[];
  readonly pre: readonly string[];
}

/** The builtins of `semver.`. */
export const semverBuiltins: readonly Builtin[] = [
  {
    name: 'semver.is_valid',
    args: ['any'],
    result: 'boolean',
    call: ([text]) => typeof text === 'string' && parse(text) !== undefined,
  },
  {
    name: 'semver.compare',
    args: ['string', 'string'],
    result: 'number',
    call: ([a, b]) => compare(operand(a as string, 1), operand(b as string, 2)),
  },
];

function parse(text: string): Version | undefined {
  const found = text.length <= MAX_LENGTH ? SEMVER.exec(text) : null;
  if (!found) return undefined;
  const numbers = found.slice(1, 4).map(BigInt);
  if (numbers.some((number) => number >= LIMIT)) return undefined;
  return { numbers, pre: found[4] ? found[4].split('.') : [] };
}

function operand(text: string, position: number): Version {
  const version = parse(text);
  if (version) return version;
  throw new BuiltinFailure(`operand ${position}: string ${quoteGo(text)} is not a valid SemVer`);
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0) {
    return Math.sign(b.pre.length - a.pre.length);
  }
  return comparePre(a.pre, b.pre);
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return Math.sign(order);
  }
  return Math.sign(a.length - b.length);
}

/** Numbers stand below words, among themselves by size. */
function compareIdentifiers(a: string, b: string): number {
  const [isNumber, isOther] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOther) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  return compareStrings(a, b);
}
