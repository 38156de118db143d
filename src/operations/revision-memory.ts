/**
 * What was read of the store lately, so that a caller with many requests costs one look-up per
 * change: every write of what a memory keeps raises the revision that it is kept for (this server's
 * own at once, those of other replicas within a second). What does not exist is not remembered, so
 * that strangers cannot fill a memory.
 */
import type { Store } from '../store/store-contract.ts';

/** Answers what was read for a key at the store's revision, or reads it. */
export type RevisionMemory<T> = (
  store: Pick<Store, 'revision'>,
  key: string,
  read: () => Promise<T | undefined>,
) => Promise<T | undefined>;

interface Remembered<T> {
  readonly revision: number;
  readonly values: Map<string, T>;
}

/** Makes a memory of at most `most` values of each store: those that `keeps` tells. */
export function createRevisionMemory<T>(
  most: number,
  keeps: (value: T) => boolean = () => true,
): RevisionMemory<T> {
  const memories = new WeakMap<object, Remembered<T>>();
  return async (store, key, read) => {
    // Before the read: what changes meanwhile makes what was read forgotten.
    const revision = store.revision();
    let memory = memories.get(store);
    if (memory === undefined || memory.revision !== revision) {
      memory = { revision, values: new Map() };
      memories.set(store, memory);
    }
    const known = memory.values.get(key);
    if (known !== undefined) return known;
    const found = await read();
    if (found === undefined || !keeps(found)) return found;
    if (memory.values.size >= most) memory.values.clear();
    memory.values.set(key, found);
    return found;
  };
}
