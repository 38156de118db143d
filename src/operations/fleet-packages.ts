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

/** What package versions come to: those that are alike are one kind. */
export interface FleetPackages {
  /** By package id the place in the lists below. */
  readonly kinds: Uint32Array;
  /** Matches by severity rank, the lowest ranks first: see {@link ranksOf}. */
  readonly low: number[];
  readonly high: number[];
  /** Places in `ecosystems`, 0 for none, times {@link PLACE}; plus the flags below. */
  readonly traits: number[];
  readonly ecosystems: string[];
}

/** Set in the traits of a package of which a match could not be decided. */
export const UNDECIDED = 1;
/** Set in the traits of a package that is asked about. */
export const ASKED = 2;
/** Set in the traits of a package of which a VEX document speaks. */
export const VEXED = 4;
/** The traits of a package of the first ecosystem. */
export const PLACE = 8;

/** Reads them; what waits to be matched is matched first. */
export async function readFleetPackages(deps: Deps): Promise<FleetPackages> {
  await matchWaiting(deps);
  const size = (await findLastPackage(deps.store)) + 1;
  const packages: FleetPackages = {
    kinds: new Uint32Array(size),
    low: [0],
    high: [0],
    traits: [0],
    ecosystems: [''],
  };
  const known = new Map<string, number>();
  for (let after = 0; after < size - 1; after += PAGE) {
    for (const one of await readPage(deps, after)) {
      const alike = `${one.ecosystem} ${one.undecided ? 1 : 0} ${one.counts}`;
      const kind = known.get(alike) ?? addKind(packages, one);
      known.set(alike, kind);
      if (one.id < size) packages.kinds[one.id] = kind;
    }
    await nextTurn();
  }
  return packages;
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

function addKind(packages: FleetPackages, one: PackageFacts): number {
  const { low, high, traits, ecosystems } = packages;
  const known = ecosystems.indexOf(one.ecosystem);
  const place = known < 0 ? ecosystems.push(one.ecosystem) - 1 : known;
  const counts = one.counts === '' ? [] : one.counts.split(',').map(Number);
  low.push(pack(counts.slice(0, TOGETHER)));
  high.push(pack(counts.slice(TOGETHER)));
  return traits.push(place * PLACE + (one.undecided ? UNDECIDED : 0)) - 1;
}

/** Sets a flag in the traits of package versions, each of which is named once. */
export function markPackages(
  { kinds, low, high, traits }: FleetPackages,
  flag: number,
  ids: readonly number[],
): void {
  const marked = new Map<number, number>();
  for (const id of ids) {
    const kind = kinds[id] ?? 0;
    const known = marked.get(kind);
    const flagged = known ?? traits.push((traits[kind] ?? 0) + flag) - 1;
    if (known === undefined) {
      low.push(low[kind] ?? 0);
      high.push(high[kind] ?? 0);
      marked.set(kind, flagged);
    }
    kinds[id] = flagged;
  }
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
