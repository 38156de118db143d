/**
 * Verdicts that still stand: kept under everything that the evaluator read, dropped all at once
 * when the store's revision rises, and each no longer than the earliest expiry among its evidence.
 */
import type { Micros } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';

/** A verdict with the evaluation that it is kept under. */
export interface StandingVerdict {
  readonly evaluationId: string;
  readonly evaluationJson: string;
  readonly verdict: Verdict;
  /** From this time on it must be evaluated anew. */
  readonly validUntil: Micros;
}

/** A bounded map from request keys to standing verdicts of one store revision. */
export interface VerdictCache {
  readonly find: (
    key: string,
    at: { revision: number; now: Micros },
  ) => StandingVerdict | undefined;
  /**
   * Keeps a verdict that was evaluated from facts of `revision`; ignored when they have changed.
   */
  readonly keep: (key: string, revision: number, verdict: StandingVerdict) => void;
}

/** Makes a cache of at most `capacity` verdicts; the least recently kept go first. */
export function createVerdictCache(capacity: number): VerdictCache {
  const entries = new Map<string, StandingVerdict>();
  let current = -1;
  const moveTo = (revision: number): void => {
    if (revision === current) return;
    entries.clear();
    current = revision;
  };
  return {
    find: (key, at) => {
      moveTo(at.revision);
      const found = entries.get(key);
      return found !== undefined && found.validUntil > at.now ? found : undefined;
    },
    keep: (key, revision, verdict) => {
      if (revision !== current) return;
      entries.delete(key);
      entries.set(key, verdict);
      const oldest = entries.size > capacity ? entries.keys().next() : undefined;
      if (oldest?.value !== undefined) entries.delete(oldest.value);
    },
  };
}
