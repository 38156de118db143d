/**
 * Counting the vulnerabilities that scans found, image by image and without those that signed VEX
 * documents clear: in the database where the filter asks for nothing but resource, kind and
 * severity, else one by one.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Match } from '../domain/advisory.ts';
import { isFixable, severityRankOf } from '../domain/filter-columns.ts';
import { compileFilter } from '../domain/match-filter.ts';
import {
  type FieldTest,
  filterConjuncts,
  type ResolvedExpression,
  type ResolvedFilter,
} from '../domain/resolved-filter.ts';
import { severityRank } from '../domain/severity.ts';
import type { SeverityCount } from '../store/occurrence-counts.ts';
import {
  countMatches,
  findImageContents,
  findStaleVersions,
  type MatchCount,
} from '../store/scanned-rows.ts';
import { listSightings, type Sighting } from '../store/sighting-rows.ts';
import { assessVulnerabilities } from './assess-vulnerabilities.ts';
import { findCleared } from './cleared-matches.ts';
import { refreshMatches } from './current-matches.ts';
import { derivedBounds, type DerivedBounds } from './derived-bounds.ts';
import { placeBefore } from './derived-place.ts';
import type { Deps } from './deps.ts';
import { walkSighting } from './walk-sighting.ts';

/** Whose vulnerabilities to count, and of how many images at most. */
export interface DerivedCount {
  readonly project: string;
  readonly filter: ResolvedFilter;
  readonly mostImages: number;
}

interface Counting {
  readonly filter: ResolvedFilter;
  readonly bounds: DerivedBounds;
}

/** Counts; undefined where the filter may select more images than that. */
export async function countDerived(
  deps: Deps,
  { project, filter, mostImages }: DerivedCount,
): Promise<SeverityCount[] | undefined> {
  const bounds = derivedBounds(filter);
  if (!bounds.kinds.has('VULNERABILITY')) return [];
  const from = { resourceUri: bounds.low, digest: '' };
  const limit = mostImages + 1;
  const sightings = await listSightings(deps.store, { project, from, below: bounds.high, limit });
  if (sightings.length > mostImages) return undefined;
  const counts: SeverityCount[] = [];
  const count = isBoundsOnly(filter) ? countRows : countWalked;
  for (const sighting of sightings) {
    counts.push(...(await count(deps, { filter, bounds }, sighting)));
    await nextTurn();
  }
  return counts;
}

/** The vulnerabilities of one sighted image, without those that VEX documents clear. */
export async function countOfImage(deps: Deps, sighting: Sighting): Promise<SeverityCount[]> {
  const filter: ResolvedFilter = { kind: 'all' };
  return countRows(deps, { filter, bounds: derivedBounds(filter) }, sighting);
}

/** What {@link derivedBounds} tells exactly. */
function isBoundsOnly(filter: ResolvedFilter): boolean {
  return filterConjuncts(filter).every(isExact);
}

function isExact(part: ResolvedExpression): boolean {
  if (part.kind !== 'test' || part.place.kind !== 'column') return false;
  return EXACT[part.place.column]?.(part) ?? false;
}

const isEquality = ({ test }: FieldTest): boolean =>
  test.kind === 'compare' && test.operator === '=';

const EXACT: Readonly<Record<string, (part: FieldTest) => boolean>> = {
  kind: isEquality,
  noteProjectId: isEquality,
  severity: ({ test }) => test.kind === 'compare',
  resource: (part) => isEquality(part) || part.test.kind === 'prefix',
};

/** Counts an image's matches by the severities of their rows. */
async function countRows(
  deps: Deps,
  { bounds }: Counting,
  sighting: Sighting,
): Promise<SeverityCount[]> {
  const contents = await findImageContents(deps.store, sighting.digest);
  if (contents === undefined) return [];
  const times = Map.groupBy(contents.members, ({ packageId }) => packageId);
  const ids = [...times.keys()];
  const stale = await findStaleVersions(deps.store, ids);
  const { unkept } = await refreshMatches(deps, stale);
  const kept = await countMatches(
    deps.store,
    ids.filter((id) => !unkept.has(id)),
  );
  const matched = [...unkept].flatMap(([packageId, own]) =>
    own.map((match) => countOf(packageId, match)),
  );
  const found = [...unkept].flatMap(([packageId, own]) =>
    own.map((match) => ({ packageId, match })),
  );
  const cleared = await findCleared(deps, sighting, { packages: ids, unkept: found });
  const less = cleared.map(({ packageId, match }): MatchCount => {
    const { total, fixable, severity } = countOf(packageId, match);
    return { packageId, severity, total: -total, fixable: -fixable };
  });
  const resourceUri = `https://${sighting.resourceUri}`;
  const sums = new Map<number, SeverityCount>();
  for (const { packageId, severity, total, fixable } of [...kept, ...matched, ...less]) {
    if (!bounds.severities.has(severity)) continue;
    const before = sums.get(severity) ?? { resourceUri, severity, total: 0, fixable: 0 };
    // A package in two files has each of its vulnerabilities twice.
    const files = times.get(packageId)?.length ?? 0;
    sums.set(severity, {
      ...before,
      total: before.total + total * files,
      fixable: before.fixable + fixable * files,
    });
  }
  return [...sums.values()].filter(({ total }) => total > 0);
}

function countOf(packageId: number, { severity, fixedVersion }: Match): MatchCount {
  const fixable = fixedVersion === undefined ? 0 : 1;
  return { packageId, severity: severityRank(severity), total: 1, fixable };
}

/** Counts what passes of an image, one by one. */
async function countWalked(
  deps: Deps,
  { filter, bounds }: Counting,
  sighting: Sighting,
): Promise<SeverityCount[]> {
  const passes = compileFilter(filter);
  const counts: SeverityCount[] = [];
  const after = placeBefore(sighting);
  for await (const { steps } of walkSighting(deps, { sighting, after, bounds })) {
    const assessed = await assessVulnerabilities(deps, sighting.project, steps);
    const open = assessed.filter(({ suppressed }) => suppressed !== true);
    const passing = open.map(({ occurrence }) => occurrence).filter((one) => passes(one));
    for (const one of passing) {
      const fixable = isFixable(one) ? 1 : 0;
      const { resourceUri } = one;
      counts.push({ resourceUri, severity: severityRankOf(one), total: 1, fixable });
    }
  }
  return counts;
}
