/** A project’s images, and all package sets: each read in the order in which it lies. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../domain/digest.ts';
import type { ScanStatus } from '../domain/software-package.ts';
import { type FleetImages, listFleetImages } from '../store/fleet-rows.ts';
import { readSetPage, type SetPage } from '../store/set-pages.ts';
import type { Deps } from './deps.ts';

/** Rows that are read at once; between pages others have their turn. */
const PAGE = 1000;
/** Sets that are read at once. */
const SETS = 500;

/** A project's images in the order of their package sets. */
export interface ImagesBySet extends FleetImages {
  /** Places of images by the number of their set. */
  readonly order: readonly number[];
}

/** The read images that a project has sighted, each once. */
export async function readFleetImages(deps: Deps, project: string): Promise<ImagesBySet> {
  const digests: Digest[] = [];
  const statuses: ScanStatus[] = [];
  const sets: number[] = [];
  let after = '';
  for (;;) {
    const page = await listFleetImages(deps.store, { project, after, limit: PAGE });
    for (const [at, digest] of page.digests.entries()) {
      if (page.digests[at - 1] === digest) continue;
      digests.push(digest);
      statuses.push(page.statuses[at] ?? 'INCOMPLETE');
      sets.push(page.sets[at] ?? 0);
    }
    if (page.digests.length < PAGE) return { digests, statuses, sets, order: orderBySet(sets) };
    after = page.digests.at(-1) ?? after;
    await nextTurn();
  }
}

/** Sorts numbers, which is faster than comparing: a set's above, the place below. */
function orderBySet(sets: readonly number[]): readonly number[] {
  const count = sets.length;
  const sorted = Float64Array.from(sets, (set, place) => set * count + place).toSorted();
  return Array.from(sorted, (number) => number % count);
}

/** All package sets. */
export async function* pagesOfSets(deps: Deps): AsyncGenerator<SetPage, void> {
  let after = 0;
  for (;;) {
    const page = await readSetPage(deps.store, { after, limit: SETS });
    yield page;
    const last = page.numbers.at(-1);
    if (last === undefined || page.numbers.length < SETS) return;
    after = last;
    await nextTurn();
  }
}
