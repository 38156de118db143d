/** A project’s images by package set, and all package sets: each read in the order it lies in. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type FleetImage,
  type FleetSet,
  listFleetImages,
  listFleetSets,
} from '../store/fleet-rows.ts';
import type { Deps } from './deps.ts';

/** Rows that are read at once; between pages others have their turn. */
const PAGE = 1000;

/** The read images that a project has sighted, by the number of their set, each once. */
export async function readFleetImages(
  deps: Deps,
  project: string,
): Promise<ReadonlyMap<number, readonly FleetImage[]>> {
  const images = new Map<number, FleetImage[]>();
  let after = '';
  for (;;) {
    const page = await listFleetImages(deps.store, { project, after, limit: PAGE });
    for (const [at, image] of page.entries()) {
      if (page[at - 1]?.digest === image.digest) continue;
      const known = images.get(image.set);
      if (known === undefined) images.set(image.set, [image]);
      else known.push(image);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return images;
    after = last.digest;
    await nextTurn();
  }
}

/** All package sets. */
export async function* pagesOfSets(deps: Deps): AsyncGenerator<readonly FleetSet[], void> {
  let after = 0;
  for (;;) {
    const page = await listFleetSets(deps.store, { after, limit: PAGE });
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.number;
    await nextTurn();
  }
}
