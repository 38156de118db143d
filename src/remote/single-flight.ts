/** One call at a time for one thing: who asks while it is under way gets the same answer. */
import { AssayError } from '../domain/error.ts';

/** Calls that are under way, by key. */
export interface SingleFlight<Value> {
  /**
   * Joins the call of a key or begins it. The call is nobody's own: an asker whose signal is
   * aborted leaves with `unavailable`, and the others get their answer still.
   */
  share(key: string, signal: AbortSignal | undefined, call: () => Promise<Value>): Promise<Value>;
}

/** Opens an empty one. */
export function openSingleFlight<Value>(): SingleFlight<Value> {
  const underway = new Map<string, Promise<Value>>();
  return {
    share(key, signal, call) {
      let shared = underway.get(key);
      if (shared === undefined) {
        shared = call().finally(() => void underway.delete(key));
        underway.set(key, shared);
      }
      return signal === undefined ? shared : untilAborted(shared, signal);
    },
  };
}

function untilAborted<Value>(waited: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      const message = 'a registry took longer to answer than there is time; try again';
      reject(new AssayError('unavailable', message, { cause: signal.reason }));
    };
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    const stay = (): void => signal.removeEventListener('abort', leave);
    waited.then(resolve, reject).finally(stay);
  });
}
