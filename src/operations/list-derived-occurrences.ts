/**
 * Occurrences that follow from scans: never rows, but read as sighting × packages × matches, in the
 * order of the sightings. A page examines a bounded number of images and may be short.
 */
import type { OccurrenceTest } from '../domain/match-filter.ts';
import type { Occurrence } from '../domain/note.ts';
import { scannedOccurrences } from '../google/scanned-occurrences.ts';
import { type Sighting, listSightings } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';
import { loadScan } from './load-scan.ts';

/** Images that one page examines at most. */
const EXAMINED_IMAGES = 50;

/** Where a list of derived occurrences goes on: within or after a sighting. */
export interface DerivedPlace {
  readonly resourceUri: string;
  readonly digest: string;
  /** How many occurrences of it have been answered or passed over. */
  readonly skip: number;
}

/** A page of derived occurrences. */
export interface DerivedPage {
  readonly occurrences: readonly Occurrence[];
  /** Absent: the list is at its end. */
  readonly next?: DerivedPlace;
}

/** What is asked for. */
export interface DerivedList {
  readonly project: string;
  readonly passes: OccurrenceTest;
  readonly limit: number;
  readonly after: DerivedPlace;
}

/** Before the first sighting. */
export const FIRST_PLACE: DerivedPlace = { resourceUri: '', digest: '', skip: 0 };

/** Lists a page. */
export async function listDerivedOccurrences(deps: Deps, list: DerivedList): Promise<DerivedPage> {
  const sightings = await listSightings(deps.store, {
    project: list.project,
    from: { resourceUri: list.after.resourceUri, digest: list.after.digest },
    limit: EXAMINED_IMAGES + 1,
  });
  const occurrences: Occurrence[] = [];
  for (const [index, sighting] of sightings.entries()) {
    const resumed = isSame(sighting, list.after);
    const start = resumed ? list.after.skip : 0;
    const room = list.limit - occurrences.length;
    if (room === 0 || index === EXAMINED_IMAGES)
      return { occurrences, next: placeOf(sighting, start) };
    const derived = await derive(deps, sighting, list.project);
    const passing = [...derived.entries()].filter(([at, one]) => at >= start && list.passes(one));
    occurrences.push(...passing.slice(0, room).map(([, one]) => one));
    const rest = passing[room];
    if (rest !== undefined) return { occurrences, next: placeOf(sighting, rest[0]) };
  }
  return { occurrences };
}

/** The occurrences of one sighting; none where the image has not been read yet. */
export async function derive(
  deps: Deps,
  sighting: Sighting,
  project: string,
): Promise<readonly Occurrence[]> {
  const { resourceUri, digest, firstSeen, lastSeen } = sighting;
  const result = await loadScan(deps, { reference: resourceUri, digest });
  if (result === undefined) return [];
  const times = { createTime: firstSeen, updateTime: lastSeen };
  return scannedOccurrences(result, {
    project,
    resourceUri: `https://${resourceUri}`,
    digest,
    ...times,
  });
}

function isSame(sighting: Sighting, place: DerivedPlace): boolean {
  return sighting.resourceUri === place.resourceUri && sighting.digest === place.digest;
}

function placeOf({ resourceUri, digest }: Sighting, skip: number): DerivedPlace {
  return { resourceUri, digest, skip };
}
