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
  /** When it was evaluated. */
  readonly evaluateTime: Micros;
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

/** A verdict holds the texts of its evaluation again, as objects. */
const COPIES = 3;

/**
 * Makes a cache of at most `capacity` characters of keys and verdicts; the least recently kept go
 * first, and one that is larger than a hundredth of it is not kept at all.
 */
export function createVerdictCache(capacity: number): VerdictCache {
  const entries = new Map<string, StandingVerdict>();
  let current = -1;
  let size = 0;
  const moveTo = (revision: number): void => {
    if (revision === current) return;
    entries.clear();
    size = 0;
    current = revision;
  };
  const drop = (key: string): void => {
    const found = entries.get(key);
    if (found === undefined) return;
    entries.delete(key);
    size -= sizeOf(key, found);
  };
  return {
    find: (key, at) => {
      moveTo(at.revision);
      const found = entries.get(key);
      return found !== undefined && found.validUntil > at.now ? found : undefined;
    },
    keep: (key, revision, verdict) => {
      const own = sizeOf(key, verdict);
      if (revision !== current || own > capacity / 100) return;
      drop(key);
      entries.set(key, verdict);
      size += own;
      for (const oldest of entries.keys()) {
        if (size <= capacity) break;
        drop(oldest);
      }
    },
  };
}

function sizeOf(key: string, { evaluationJson }: StandingVerdict): number {
  return key.length + COPIES * evaluationJson.length;
}
