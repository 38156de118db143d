/** Work that takes much memory or processor time waits for its turn, and not without end. */
import { AssayError } from '../domain/error.ts';

/** Runs work when its turn comes; throws `unavailable` where too many wait already. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a turnstile that lets `running` pieces of work run at once and `waiting` more wait. */
export function createTurnstile(limits: {
  readonly running: number;
  readonly waiting: number;
}): Turnstile {
  const queue: (() => void)[] = [];
  let running = 0;
  const enter = async (): Promise<void> => {
    if (running < limits.running) {
      running += 1;
      return;
    }
    if (queue.length >= limits.waiting) {
      const message = `${running} requests like this run and ${queue.length} wait; try again later`;
      throw new AssayError('unavailable', message);
    }
    // Whoever leaves hands its place over, so that nobody who comes later is faster.
    await new Promise<void>((resolve) => queue.push(resolve));
  };
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
