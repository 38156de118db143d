/**
 * Under which ecosystem the packages of an image look for an entry, where OSV divides a release
 * further than a package can tell: Red Hat's repositories and SUSE's modules are parts of a
 * release, and no package says of which part it is.
 */

/** Nearly all others are told by their first letters. */
const DIVIDED = /^(?:Red Hat|SUSE):/;
const FOLDED: readonly (readonly [pattern: RegExp, whole: string])[] = [
  [/^(Red Hat:[a-z_]+:\d+(?:\.\d+)?)::.*$/, '$1'],
  [/^SUSE:Linux Enterprise Module for .+ (\d+ SP\d+)$/, 'SUSE:Linux Enterprise Server $1'],
  [/^(SUSE:Linux Enterprise Server \d+ SP\d+)-(?:LTSS|ESPOS)(?:-.*)?$/, '$1'],
];

/** The ecosystem of the whole release that an OSV ecosystem is a part of; else itself. */
export function wholeEcosystem(ecosystem: string): string {
  if (!DIVIDED.test(ecosystem)) return ecosystem;
  const fold = FOLDED.find(([pattern]) => pattern.test(ecosystem));
  return fold === undefined ? ecosystem : ecosystem.replace(fold[0], fold[1]);
}
