/** What is known of every package version, in memory for the time of one answer over all images. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { listPackageFacts, type PackageFacts } from '../store/fleet-rows.ts';
import { findStaleVersions } from '../store/scanned-rows.ts';
import { findLastPackage } from '../store/stale-packages.ts';
import { refreshMatches } from './current-matches.ts';
import type { Deps } from './deps.ts';
import { matchWaiting } from './match-in-background.ts';

/** Package versions that are read at once. */
const PAGE = 5000;
/** Severity ranks of one number, 16 bits each: three of them are exact in a double. */
const TOGETHER = 3;
const SHIFT = 2 ** 16;

/** Facts by package id. */
export interface FleetPackages {
  /** Matches by severity rank, the lowest ranks first: see {@link ranksOf}. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Places in `ecosystems`, 0 for none, times {@link PLACE}; plus the flags below. */
  readonly traits: Uint32Array;
  readonly ecosystems: readonly string[];
}

/** Set in the traits of a package of which a match could not be decided. */
export const UNDECIDED = 1;
/** Set in the traits of a package that is asked about. */
export const ASKED = 2;
/** The traits of a package of the first ecosystem. */
export const PLACE = 4;

/** Reads them; what waits to be matched is matched first. */
export async function readFleetPackages(deps: Deps): Promise<FleetPackages> {
  await matchWaiting(deps);
  const size = (await findLastPackage(deps.store)) + 1;
  const facts = {
    low: new Float64Array(size),
    high: new Float64Array(size),
    traits: new Uint32Array(size),
  };
  const places = new Map([['', 0]]);
  for (let after = 0; after < size - 1; after += PAGE) {
    const page = await readPage(deps, after);
    for (const one of page.filter(({ id }) => id < size)) keep(facts, places, one);
    await nextTurn();
  }
  return { ...facts, ecosystems: [...places.keys()] };
}

/** Ids have few gaps: a page is a range of them. */
async function readPage(deps: Deps, after: number): Promise<readonly PackageFacts[]> {
  const within = async () =>
    (await listPackageFacts(deps.store, { after, limit: PAGE })).filter(
      ({ id }) => id <= after + PAGE,
    );
  const page = await within();
  const unmatched = page.filter((one) => one.unmatched).map(({ id }) => id);
  const stale = unmatched.length === 0 ? [] : await findStaleVersions(deps.store, unmatched);
  if (stale.length === 0) return page;
  await refreshMatches(deps, stale);
  return within();
}

function keep(
  facts: Omit<FleetPackages, 'ecosystems'>,
  places: Map<string, number>,
  one: PackageFacts,
): void {
  const place = places.get(one.ecosystem) ?? places.size;
  places.set(one.ecosystem, place);
  facts.traits[one.id] = place * PLACE + (one.undecided ? UNDECIDED : 0);
  facts.low[one.id] = pack(one.counts.slice(0, TOGETHER));
  facts.high[one.id] = pack(one.counts.slice(TOGETHER));
}

function pack(counts: readonly number[]): number {
  return counts.reduceRight((sum, count) => sum * SHIFT + Math.min(count, MOST), 0);
}

/** Matches of one package version and severity that count; an image has few thousand packages. */
const MOST = 2 ** 12 - 1;

/** Sums of both halves as counts by severity rank. */
export function ranksOf(low: number, high: number): number[] {
  const counts: number[] = [];
  for (const sum of [low, high]) {
    let rest = sum;
    for (let rank = 0; rank < TOGETHER; rank += 1) {
      counts.push(rest % SHIFT);
      rest = Math.floor(rest / SHIFT);
    }
  }
  return counts;
}
