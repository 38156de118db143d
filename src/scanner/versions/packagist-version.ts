/**
 * The order of Composer packages: normalised as composer/semver does (four numbers, missing ones
 * zero; `a`, `b`, `p` and `pl` written out; build metadata and `@stability` dropped; `1.x-dev` is
 * the newest of its branch), then compared as PHP's version_compare does: dev, alpha, beta, RC,
 * the release, further numbers, patch. A named branch (`dev-main`) has no number and precedes all.
 */
import { compareDigits, comparerOf, compareReleases, compareTexts } from './version-order.ts';

interface PackagistVersion {
  /** The branch's name behind `dev-`; empty for a number. */
  readonly branch: string;
  readonly release: readonly string[];
  /** Words and numbers behind the release. */
  readonly suffix: readonly string[];
}

const RELEASE = /^v?(\d+(?:\.\d+)*)((?:\.[x*])*)/;
const PLAIN = /^\d+(?:\.\d+)*$/;
const NONE: readonly string[] = [];
const SUFFIX = /^[a-z0-9._-]*$/;
const LONE_SEPARATOR = /[._-](?:[._-]|$)/;
const PART = /\d+|[a-z]+/g;
const BRANCH_PREFIX = 'dev-';
const BRANCH = /^[^\s#]+$/;
/** Composer's number for "newer than any of the branch". */
const NEWEST = '9999999';
const NUMBERS = 4;

const END_RANK = 4;
const NUMBER_RANK = 5;
const RANKS: ReadonlyMap<string, number> = new Map([
  ['dev', 0],
  ['a', 1],
  ['alpha', 1],
  ['b', 2],
  ['beta', 2],
  ['rc', 3],
  ['p', 6],
  ['pl', 6],
  ['patch', 6],
]);

/** Negative, zero or positive as the first version is older, equal or newer. */
export const comparePackagistVersions = comparerOf({
  name: 'Composer version',
  form: 'NUMBER{.NUMBER}[-{dev|alpha|beta|RC|patch}N] or dev-BRANCH',
  read: readPackagistVersion,
  compare: comparePackagist,
});

function readPackagistVersion(text: string): PackagistVersion | undefined {
  if (PLAIN.test(text)) return { branch: '', release: text.split('.'), suffix: NONE };
  const written = text.trim();
  const lower = written.toLowerCase();
  return lower.startsWith(BRANCH_PREFIX)
    ? readBranch(written.slice(BRANCH_PREFIX.length))
    : readNumbered(withoutMetadata(lower));
}

function readBranch(branch: string): PackagistVersion | undefined {
  return BRANCH.test(branch) ? { branch, release: [], suffix: [] } : undefined;
}

function readNumbered(text: string): PackagistVersion | undefined {
  const [begin, numbers = '', wild = ''] = RELEASE.exec(text) ?? [];
  const suffix = begin === undefined ? undefined : readSuffix(text.slice(begin.length));
  if (suffix === undefined) return undefined;
  const release = numbers.split('.');
  while (wild !== '' && release.length < NUMBERS) release.push(NEWEST);
  return { branch: '', release, suffix };
}

/** The words and numbers behind the release; undefined where Composer knows no such thing. */
function readSuffix(text: string): readonly string[] | undefined {
  if (text === '') return NONE;
  if (!SUFFIX.test(text) || LONE_SEPARATOR.test(text)) return undefined;
  const parts = (text.match(PART) ?? []).filter((part) => part !== 'stable');
  return parts.every(isKnownPart) ? parts : undefined;
}

/** Without `+build` and `@stability`. */
function withoutMetadata(text: string): string {
  const end = text.search(/[+@]/);
  return end === -1 ? text : text.slice(0, end);
}

function isKnownPart(part: string): boolean {
  return isNumber(part) || RANKS.has(part);
}

function comparePackagist(a: PackagistVersion, b: PackagistVersion): number {
  if (a.branch !== '' || b.branch !== '') return compareBranches(a.branch, b.branch);
  return compareReleases(a.release, b.release) || compareSuffixes(a.suffix, b.suffix);
}

/** By name among themselves, which is no more than a stable order. */
function compareBranches(a: string, b: string): number {
  if (a === '' || b === '') return a === '' ? 1 : -1;
  return compareTexts(a, b);
}

function compareSuffixes(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareParts(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: string | undefined, b: string | undefined): number {
  const rank = rankOf(a);
  return rank - rankOf(b) || (rank === NUMBER_RANK ? compareDigits(a ?? '', b ?? '') : 0);
}

function rankOf(part: string | undefined): number {
  if (part === undefined) return END_RANK;
  return isNumber(part) ? NUMBER_RANK : (RANKS.get(part) ?? END_RANK);
}

function isNumber(part: string): boolean {
  return part.charCodeAt(0) <= 57;
}
