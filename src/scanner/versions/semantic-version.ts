/**
 * Semantic Versioning 2.0.0 (https://semver.org, clauses 9 to 11), the order of npm, crates.io, Hex
 * and all SEMVER ranges. Registries and vendors also write `v1.2`, `1.2.3.4` and `1.20rc1`; what
 * order these have is beyond doubt, so they are read as hashicorp/go-version reads them: missing
 * numbers are zero, further ones count, a letter begins the pre-release. Build metadata is read,
 * checked, and has no part in the order but pub's.
 */
import { compareDigits, comparerOf, compareReleases, compareTexts } from './version-order.ts';

/** A version in its parts, each identifier as written. */
export interface SemanticVersion {
  /** Runs of digits. */
  readonly release: readonly string[];
  /** Pre-release identifiers; empty for a release. */
  readonly pre: readonly string[];
  readonly build: readonly string[];
}

const FORM = new RegExp(
  [
    /^[vV]?(\d+(?:\.\d+)*)/,
    /(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)|\.?([A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?/,
    /(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);
const NONE: readonly string[] = [];

const ZERO = 48;
const NINE = 57;

/** Reads a version; undefined where it is none. */
export function readSemanticVersion(text: string): SemanticVersion | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const pre = match[2] ?? match[3];
  return {
    release: (match[1] ?? '').split('.'),
    pre: pre === undefined ? NONE : pre.split('.'),
    build: match[4] === undefined ? NONE : match[4].split('.'),
  };
}

/** The order of releases and pre-releases; build metadata is passed over. */
export function comparePrecedence(a: SemanticVersion, b: SemanticVersion): number {
  return compareReleases(a.release, b.release) || comparePreReleases(a.pre, b.pre);
}

/** Identifiers in order, numbers by value and before texts; what ends first comes first. */
export function compareIdentifiers(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareIdentifier(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareSemanticVersions = comparerOf({
  name: 'semantic version',
  form: 'MAJOR.MINOR.PATCH[-PRE-RELEASE][+BUILD]',
  read: readSemanticVersion,
  compare: comparePrecedence,
});

/** A pre-release precedes its release. */
function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareIdentifiers(a, b);
}

function compareIdentifier(a: string, b: string): number {
  if (a === b) return 0;
  const numberA = isNumber(a);
  if (numberA !== isNumber(b)) return numberA ? -1 : 1;
  return numberA ? compareDigits(a, b) : compareTexts(a, b);
}

function isNumber(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}
