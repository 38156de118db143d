/**
 * Occurrences that follow from scans: never rows, but read as sighting × packages × matches, in the
 * order of the sightings and within one by name. A page examines a bounded number of images and may
 * be short; between images others get their turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FilterPredicate } from '../domain/match-filter.ts';
import type { Occurrence } from '../domain/note.ts';
import { type ScannedKind, scannedOccurrences } from '../google/scanned-occurrences.ts';
import { type Sighting, listSightings } from '../store/sighting-rows.ts';
import { assessVulnerabilities } from './assess-vulnerabilities.ts';
import type { Deps } from './deps.ts';
import type { DerivedBounds } from './derived-bounds.ts';
import { loadScan } from './load-scan.ts';

/** Images that one page examines at most. */
const EXAMINED_IMAGES = 10;

/** Where a list of derived occurrences goes on: within or after a sighting. */
export interface DerivedPlace {
  readonly resourceUri: string;
  readonly digest: string;
  /** Id of the sighting's last occurrence that was answered; empty: none was. */
  readonly id: string;
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
  readonly bounds: DerivedBounds;
  readonly passes: FilterPredicate;
  readonly limit: number;
  readonly after: DerivedPlace;
}

/** Before the first sighting. */
export const FIRST_PLACE: DerivedPlace = { resourceUri: '', digest: '', id: '' };

/** Lists a page. Reads no scan where the bounds leave no kind that scans give. */
export async function listDerivedOccurrences(deps: Deps, list: DerivedList): Promise<DerivedPage> {
  if (list.bounds.kinds.size === 0) return { occurrences: [] };
  const occurrences: Occurrence[] = [];
  for (const [index, sighting] of (await sightingsOf(deps, list)).entries()) {
    const after = isSame(sighting, list.after) ? list.after.id : '';
    const room = list.limit - occurrences.length;
    if (room === 0 || index === EXAMINED_IMAGES) {
      return { occurrences, next: placeOf(sighting, after) };
    }
    await nextTurn();
    const passing = await passingOf(deps, list, { sighting, after });
    occurrences.push(...passing.slice(0, room));
    const last = passing[room - 1];
    if (last !== undefined && passing.length > room) {
      return { occurrences, next: placeOf(sighting, idOf(last)) };
    }
  }
  return { occurrences };
}

function sightingsOf(deps: Deps, list: DerivedList): Promise<readonly Sighting[]> {
  const { low, high } = list.bounds;
  const { resourceUri, digest } = list.after;
  const started = resourceUri >= low;
  return listSightings(deps.store, {
    project: list.project,
    from: started ? { resourceUri, digest } : { resourceUri: low, digest: '' },
    below: high,
    limit: EXAMINED_IMAGES + 1,
  });
}

async function passingOf(
  deps: Deps,
  list: DerivedList,
  at: { readonly sighting: Sighting; readonly after: string },
): Promise<readonly Occurrence[]> {
  const derived = await derive(deps, at.sighting, list);
  const rest = derived.filter((one) => idOf(one) > at.after && list.passes(one));
  return rest.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

/** The occurrences of one sighting; none where the image has not been read yet. */
export async function derive(
  deps: Deps,
  sighting: Sighting,
  list: {
    readonly project: string;
    readonly bounds?: { readonly kinds: ReadonlySet<ScannedKind> };
  },
): Promise<readonly Occurrence[]> {
  const { resourceUri, digest, firstSeen, lastSeen } = sighting;
  const result = await loadScan(deps, { reference: resourceUri, digest });
  if (result === undefined) return [];
  const times = { createTime: firstSeen, updateTime: lastSeen };
  const image = { project: list.project, resourceUri: `https://${resourceUri}`, digest, ...times };
  const found = scannedOccurrences(result, image, list.bounds?.kinds);
  return assessVulnerabilities(deps, list.project, found);
}

/** All names of one sighting begin alike, so that ids order them as names do. */
function idOf({ name }: Occurrence): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function isSame(sighting: Sighting, place: DerivedPlace): boolean {
  return sighting.resourceUri === place.resourceUri && sighting.digest === place.digest;
}

function placeOf({ resourceUri, digest }: Sighting, id: string): DerivedPlace {
  return { resourceUri, digest, id };
}
