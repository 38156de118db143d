/**
 * Callers of signed tokens that were verified: a signature costs far more than a look-up. What is
 * remembered holds for the very keys that verified it, and ends with the token.
 */
import type { Caller } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import type { KeySet } from '../signing/verify-jwt.ts';
import { hashSecret } from './create-token.ts';

interface Remembered {
  readonly keys: KeySet;
  readonly caller: Caller;
  readonly until: Micros;
}

/** Remembers callers by the hash of their token. */
export interface CallerMemory {
  /** The caller of a token that these keys have verified, while it has not ended. */
  readonly recall: (token: string, keys: KeySet, now: Micros) => Caller | undefined;
  readonly remember: (token: string, known: Remembered) => void;
}

/** Makes a memory of at most `most` callers; the oldest goes first. */
export function createCallerMemory(most: number): CallerMemory {
  const known = new Map<string, Remembered>();
  return {
    recall: (token, keys, now) => {
      const found = known.get(hashSecret(token));
      return found?.keys === keys && now < found.until ? found.caller : undefined;
    },
    remember: (token, remembered) => {
      known.set(hashSecret(token), remembered);
      const oldest = known.size > most ? known.keys().next() : undefined;
      if (oldest?.value !== undefined) known.delete(oldest.value);
    },
  };
}
