/**
 * What a list's filter says of scans before any is read: of which kinds and resources the derived
 * occurrences can be that pass. Wider than the filter is safe, for each is tested all the same.
 */
import type { Filter, FilterCall, FilterComparison, FilterExpression } from '../domain/filter.ts';
import { fieldKey, readKind } from '../domain/occurrence-fields.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { type ScannedKind, SCANNED_KINDS } from '../google/scanned-occurrences.ts';

/** Kinds, and resources from `low` to below `high`. */
export interface DerivedBounds {
  readonly kinds: ReadonlySet<ScannedKind>;
  readonly low: string;
  readonly high: string;
}

/** The least character that could follow a resource; PostgreSQL takes no smaller one. */
const NEXT = '\u0001';
/** Above every text that follows a prefix. */
const TOP = '\u{10FFFF}';
const ALL: DerivedBounds = { kinds: new Set(SCANNED_KINDS), low: '', high: TOP };

/**
 * Bounds of a filter that has been compiled, so that its fields and values are known to be good.
 */
export function derivedBounds(filter: Filter): DerivedBounds {
  return filter.kind === 'all' ? ALL : boundsOf(filter);
}

function boundsOf(filter: FilterExpression): DerivedBounds {
  if (filter.kind === 'compare') return boundsOfComparison(filter);
  if (filter.kind === 'call') return boundsOfCall(filter);
  // What is not within some bounds can be anywhere else.
  if (filter.kind === 'not') return ALL;
  const operands = filter.operands.map(boundsOf);
  return operands.reduce(filter.kind === 'and' ? intersect : unite);
}

function boundsOfComparison({ field, operator, value }: FilterComparison): DerivedBounds {
  const equal = operator === '=' || operator === ':';
  if (!equal) return ALL;
  const key = fieldKey(field.path);
  if (isResource(key)) {
    const low = resourceKey(value.text);
    return { ...ALL, low, high: `${low}${NEXT}` };
  }
  if (key !== 'kind') return ALL;
  const wanted = readKind(value.text);
  return { ...ALL, kinds: new Set(SCANNED_KINDS.filter((kind) => kind === wanted)) };
}

function boundsOfCall({ function: name, field, value }: FilterCall): DerivedBounds {
  if (name !== 'has_prefix' || !isResource(fieldKey(field.path))) return ALL;
  const low = resourceKey(value.text);
  return { ...ALL, low, high: `${low}${TOP}` };
}

function isResource(key: string): boolean {
  return key === 'resourceurl' || key === 'resourceuri' || key === 'resource.uri';
}

function intersect(a: DerivedBounds, b: DerivedBounds): DerivedBounds {
  return {
    kinds: new Set([...a.kinds].filter((kind) => b.kinds.has(kind))),
    low: a.low > b.low ? a.low : b.low,
    high: a.high < b.high ? a.high : b.high,
  };
}

function unite(a: DerivedBounds, b: DerivedBounds): DerivedBounds {
  return {
    kinds: new Set([...a.kinds, ...b.kinds]),
    low: a.low < b.low ? a.low : b.low,
    high: a.high > b.high ? a.high : b.high,
  };
}
