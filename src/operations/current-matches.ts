/**
 * Matches of some packages as the advisories in force have them: those that are kept are read, and
 * packages that were matched before a later import are matched first.
 */
import type { Match } from '../domain/advisory.ts';
import type { MatchedVersion } from '../store/scanned-rows.ts';
import type { Deps } from './deps.ts';
import { type MatchedPackages, matchPackages } from './match-packages.ts';

/** What matching left beside the rows that it keeps. */
export type Refreshed = Pick<MatchedPackages, 'problems' | 'unkept'> &
  Partial<Pick<MatchedPackages, 'sources' | 'revision'>>;

const NOTHING: Refreshed = { problems: [], unkept: new Map<number, readonly Match[]>() };

/** Matches those packages anew about whose name something changed since they were matched. */
export async function refreshMatches(
  deps: Deps,
  versions: readonly MatchedVersion[],
): Promise<Refreshed> {
  const stale = versions.filter((one) => one.stale);
  if (stale.length === 0) return NOTHING;
  // Where a package was found and by whom does not matter to its matches.
  const packages = stale.map(({ packageId, version }) => ({
    ...version,
    packageId,
    origin: 'installed' as const,
    path: '',
  }));
  return matchPackages(deps, packages);
}
