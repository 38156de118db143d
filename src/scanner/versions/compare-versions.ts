/**
 * One place that knows which version order an ecosystem has. A further ecosystem is a further row;
 * one without a row gets an error value, so that nobody mistakes "not comparable" for "equal".
 */
import { compareAlpineVersions } from './alpine-version.ts';
import { compareDebianVersions } from './debian-version.ts';
import type { VersionError } from './version-error.ts';

/** Orders two versions: negative, zero, positive, or why they cannot be compared. */
export type VersionComparer = (a: string, b: string) => number | VersionError;

const COMPARERS: ReadonlyMap<string, VersionComparer> = new Map<string, VersionComparer>([
  ['Debian', compareDebianVersions],
  ['Ubuntu', compareDebianVersions],
  ['Alpine', compareAlpineVersions],
  ['Alpaquita', compareAlpineVersions],
  ['BellSoft Hardened Containers', compareAlpineVersions],
  ['Chainguard', compareAlpineVersions],
  ['MinimOS', compareAlpineVersions],
  ['Wolfi', compareAlpineVersions],
]);

/**
 * Compares two versions by the order of an OSV ecosystem (a release suffix such as `:12` is
 * ignored): -1, 0, 1, or an error value for a malformed version or an ecosystem without an order.
 */
export function compareVersions(ecosystem: string, a: string, b: string): number | VersionError {
  const comparer = versionComparer(ecosystem);
  if (comparer !== undefined) return comparer(a, b);
  return { error: `no version order is known for ecosystem ${JSON.stringify(ecosystem)}` };
}

/** The order of an OSV ecosystem, release suffix ignored; undefined where none is known. */
export function versionComparer(ecosystem: string): VersionComparer | undefined {
  const colon = ecosystem.indexOf(':');
  return COMPARERS.get(colon === -1 ? ecosystem : ecosystem.slice(0, colon));
}
