/**
 * The one write lock of a store: whoever asks first writes first, and one failure blocks nobody.
 */

/** Runs functions one after another, in the order in which they were handed in. */
export type WriteLock = <T>(f: () => Promise<T>) => Promise<T>;

/** Makes a lock. */
export function createWriteLock(): WriteLock {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(f: () => Promise<T>): Promise<T> => {
    const turn = last.then(f, f);
    last = turn.then(ignore, ignore);
    return turn;
  };
}

function ignore(): void {
  // The caller of the turn sees its outcome; the queue only needs its end.
}
