/**
 * Whether a version lies in an affected range: the evaluation algorithm of the OSV schema, with the
 * fix that belongs to the interval found. Where a version that the answer hangs on cannot be
 * compared, the answer is "undecided" with the reason.
 */
import type { AdvisoryEvent } from '../../domain/advisory.ts';
import type { VersionError } from '../versions/version-error.ts';
import type { VersionComparer } from '../versions/version-order.ts';

/** What a range says of a version. `fixed` is absent where the interval has no known fix. */
export type RangeAnswer =
  | { readonly kind: 'affected'; readonly fixed?: string }
  | { readonly kind: 'not-affected' }
  | { readonly kind: 'undecided'; readonly reason: string };

interface Bound {
  readonly kind: 'introduced' | 'fixed' | 'lastAffected' | 'limit';
  readonly version: string;
}

const NOT_AFFECTED: RangeAnswer = { kind: 'not-affected' };

/** Judges one version by the events of one range, in whatever order they come. */
export function evaluateRange(
  comparer: VersionComparer,
  version: string,
  events: readonly AdvisoryEvent[],
): RangeAnswer {
  const order = boundOrder(comparer);
  const all = events.flatMap(toBound);
  const bounds = order.sort(all.filter((bound) => bound.kind !== 'limit'));
  const limits = all.filter((bound) => bound.kind === 'limit');
  const inLimits =
    limits.length === 0 ||
    limits.some((limit) => limit.version === '*' || order.compare(version, limit.version) < 0);
  const crossed = bounds.filter((bound) => isCrossed(bound, order.compare(version, bound.version)));
  const reason = order.failure();
  if (reason !== undefined) return { kind: 'undecided', reason };
  if (!inLimits || crossed.at(-1)?.kind !== 'introduced') return NOT_AFFECTED;
  const next = bounds.find((bound) => bound.kind !== 'introduced' && !crossed.includes(bound));
  return next?.kind === 'fixed' ? { kind: 'affected', fixed: next.version } : { kind: 'affected' };
}

function toBound(event: AdvisoryEvent): readonly Bound[] {
  const { introduced, fixed, lastAffected, limit } = event;
  if (introduced !== undefined) return [{ kind: 'introduced', version: introduced }];
  if (fixed !== undefined) return [{ kind: 'fixed', version: fixed }];
  if (lastAffected !== undefined) return [{ kind: 'lastAffected', version: lastAffected }];
  return limit === undefined ? [] : [{ kind: 'limit', version: limit }];
}

/** A version has crossed `introduced` and `fixed` from there on, `last_affected` beyond it. */
function isCrossed(bound: Bound, order: number): boolean {
  return bound.kind === 'lastAffected' ? order > 0 : order >= 0;
}

interface BoundOrder {
  readonly compare: (version: string, bound: string) => number;
  readonly sort: (bounds: readonly Bound[]) => readonly Bound[];
  /** The first comparison that failed, in words. */
  readonly failure: () => string | undefined;
}

/** The range's order, in which "0" as a bound comes before every version. */
function boundOrder(comparer: VersionComparer): BoundOrder {
  let failed: VersionError | undefined;
  const compare = (version: string, bound: string): number => {
    if (bound === '0') return version === '0' ? 0 : 1;
    if (version === '0') return -1;
    const result = comparer(version, bound);
    if (typeof result === 'number') return result;
    failed ??= result;
    return 0;
  };
  const compareBounds = (a: Bound, b: Bound): number =>
    compare(a.version, b.version) || atZero(a) - atZero(b);
  return {
    compare,
    sort: (bounds) => bounds.toSorted(compareBounds),
    failure: () => failed?.error,
  };
}

/** Both at "0": introduced first, so that `fixed: "0"` says "never affected" in any order. */
function atZero(bound: Bound): number {
  return bound.version === '0' && bound.kind !== 'introduced' ? 1 : 0;
}
