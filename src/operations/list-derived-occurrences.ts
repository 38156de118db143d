/**
 * Occurrences that follow from scans: never rows, but read as sighting × packages × matches, in the
 * order of their keys. A page examines a bounded number of images and rows and may be short;
 * between images others get their turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FilterPredicate } from '../domain/match-filter.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { awaitedSighting, listAskedImages } from './asked-image.ts';
import { assessVulnerabilities } from './assess-vulnerabilities.ts';
import { describeVulnerabilities } from './describe-vulnerabilities.ts';
import type { Deps } from './deps.ts';
import type { DerivedBounds } from './derived-bounds.ts';
import { type DerivedPlace, isWithin, placeBefore } from './derived-place.ts';
import { walkSighting } from './walk-sighting.ts';

/** Images that one page examines at most. */
const EXAMINED_IMAGES = 100;
/** Rows that one page examines, up to those that are read at once. */
const EXAMINED = 10_000;

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

/** A page that is being filled. */
interface OpenPage {
  readonly list: DerivedList;
  readonly occurrences: Occurrence[];
  examined: number;
}

/** Lists a page. Reads no scan where the bounds leave no kind that scans give. */
export async function listDerivedOccurrences(deps: Deps, list: DerivedList): Promise<DerivedPage> {
  if (list.bounds.kinds.size === 0) return { occurrences: [] };
  const occurrences: Occurrence[] = [];
  const page = { list, occurrences, examined: 0 };
  for (const [index, sighting] of (await sightingsOf(deps, list)).entries()) {
    const after = isWithin(list.after, sighting) ? list.after : placeBefore(sighting);
    if (isFull(page) || index === EXAMINED_IMAGES) return { occurrences, next: after };
    if (index > 0) await nextTurn();
    const next = await readSighting(deps, page, { sighting, after });
    if (next !== undefined) return { occurrences, next };
  }
  return { occurrences };
}

/** A sighting, or what stands for one while the image is only asked for. */
type Listed = Sighting & { readonly awaited?: true };

async function sightingsOf(deps: Deps, list: DerivedList): Promise<readonly Listed[]> {
  const { low, high } = list.bounds;
  const { resourceUri, digest } = list.after;
  const started = resourceUri >= low;
  const images = await listAskedImages(deps, {
    project: list.project,
    from: started ? { resourceUri, digest } : { resourceUri: low, digest: '' },
    below: high,
    limit: EXAMINED_IMAGES + 1,
    withDigest: true,
  });
  return images.flatMap(({ sighting, asked }): readonly Listed[] => {
    const awaited = sighting === undefined && asked ? awaitedSighting(asked) : undefined;
    return sighting ? [sighting] : awaited ? [{ ...awaited, awaited: true }] : [];
  });
}

/** Takes what passes of a sighting; answers where it stopped, if that was before the end. */
async function readSighting(
  deps: Deps,
  page: OpenPage,
  at: { readonly sighting: Listed; readonly after: DerivedPlace },
): Promise<DerivedPlace | undefined> {
  const { bounds, passes } = page.list;
  for await (const part of walkSighting(deps, { ...at, bounds })) {
    const steps = await assessVulnerabilities(deps, page.list.project, part.steps);
    const room = page.list.limit - page.occurrences.length;
    const taken = steps.filter(({ occurrence }) => passes(occurrence)).slice(0, room);
    page.occurrences.push(...(await describeVulnerabilities(deps, at.sighting, taken)));
    const last = taken.at(-1);
    if (last !== undefined && taken.length === room) return last.place;
    page.examined += part.examined;
    if (isFull(page)) return part.end;
  }
  return undefined;
}

function isFull({ list, occurrences, examined }: OpenPage): boolean {
  return occurrences.length >= list.limit || examined >= EXAMINED;
}
