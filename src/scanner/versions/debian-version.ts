/**
 * The order of Debian package versions (Debian Policy 5.6.12), which decides whether an installed
 * package is older than a fix. What dpkg only warns of and still orders (a first character that is
 * no digit, an underscore) is ordered here too; what it refuses is an error value.
 */
import type { VersionError } from './version-error.ts';
import { compareDigits, MAX_VERSION_LENGTH } from './version-order.ts';

/** A Debian version in its three parts; the epoch is 0 and the revision empty where not written. */
export interface DebianVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const EPOCH = /^\d{1,10}$/;
const UPSTREAM = /^[A-Za-z0-9.+~:_-]+$/;
const REVISION = /^[A-Za-z0-9.+~_]+$/;
const MAX_EPOCH = 2_147_483_647;

const TOO_LONG = `has more than ${MAX_VERSION_LENGTH} characters`;

const ZERO = 48;
const NINE = 57;
const TILDE = 126;

/** Splits a version into its parts; an error value where dpkg would refuse it. */
export function parseDebianVersion(text: string): DebianVersion | VersionError {
  const colon = text.indexOf(':');
  const epoch = colon === -1 ? '0' : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  const upstream = hyphen === -1 ? rest : rest.slice(0, hyphen);
  const revision = hyphen === -1 ? '' : rest.slice(hyphen + 1);
  const problem =
    text.length > MAX_VERSION_LENGTH
      ? TOO_LONG
      : partsProblem({ epoch, upstream, revision, hyphen: hyphen !== -1 });
  if (problem === undefined) return { epoch: Number(epoch), upstream, revision };
  return { error: `Debian version ${JSON.stringify(text.slice(0, 100))} ${problem}` };
}

/** Negative, zero or positive as the first version is older, equal or newer. */
export function compareDebianVersions(a: string, b: string): number | VersionError {
  const left = parseDebianVersion(a);
  if ('error' in left) return left;
  const right = parseDebianVersion(b);
  if ('error' in right) return right;
  return (
    Math.sign(left.epoch - right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

interface WrittenParts {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
  readonly hyphen: boolean;
}

/** What is wrong with the parts, in words that finish "Debian version X …". */
function partsProblem(parts: WrittenParts): string | undefined {
  if (!EPOCH.test(parts.epoch) || Number(parts.epoch) > MAX_EPOCH) {
    return `has the epoch ${JSON.stringify(parts.epoch.slice(0, 20))}; a number is wanted`;
  }
  if (parts.upstream === '') return 'has no upstream version';
  if (!UPSTREAM.test(parts.upstream)) return 'has characters that no upstream version may have';
  if (!parts.hyphen) return undefined;
  if (parts.revision === '') return 'ends with a hyphen; a revision is wanted after it';
  return REVISION.test(parts.revision) ? undefined : 'has characters that no revision may have';
}

/** Compares upstream versions or revisions: non-digit runs by character, digit runs as numbers. */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (isNonDigit(a, i) || isNonDigit(b, j)) {
      const difference = characterOrder(a, i++) - characterOrder(b, j++);
      if (difference !== 0) return Math.sign(difference);
    }
    const endA = digitsEnd(a, i);
    const endB = digitsEnd(b, j);
    const difference = compareDigits(a.slice(i, endA), b.slice(j, endB));
    if (difference !== 0) return difference;
    i = endA;
    j = endB;
  }
  return 0;
}

/** `~` sorts before the end, which sorts before letters, which sort before all else. */
function characterOrder(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (Number.isNaN(code) || (code >= ZERO && code <= NINE)) return 0;
  if (code === TILDE) return -1;
  const letter = code | 32;
  return letter >= 97 && letter <= 122 ? code : code + 256;
}

function isNonDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return index < text.length && (code < ZERO || code > NINE);
}

function digitsEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && !isNonDigit(text, end)) end += 1;
  return end;
}
