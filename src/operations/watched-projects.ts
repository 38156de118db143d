/** Which projects watch a repository: nothing is pulled for any other. */
import type { ImageReference } from '../domain/image-reference.ts';
import { type Watch, watchesRepository } from '../domain/watch.ts';
import type { Reader } from '../store/store-contract.ts';
import { listWatchesOf } from '../store/watch-rows.ts';

/** The watches over a repository that are on, one for each project; the widest in rights stands. */
export async function findWatches(
  db: Reader,
  { domain, name }: Pick<ImageReference, 'domain' | 'name'>,
): Promise<readonly Watch[]> {
  const all = await listWatchesOf(db, domain);
  const over = all.filter((watch) => watch.on && watchesRepository(watch, name));
  const found = new Map<string, Watch>();
  for (const watch of over) {
    const before = found.get(watch.project);
    found.set(watch.project, before === undefined ? watch : unite(before, watch));
  }
  return [...found.values()];
}

function unite(a: Watch, b: Watch): Watch {
  return { ...a, inner: a.inner || b.inner, firstSight: a.firstSight || b.firstSight };
}
