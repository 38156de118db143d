/**
 * What a list's filter says of scans before any is read: of which kinds, resources, severities,
 * packages and notes the derived occurrences can be that pass. Wider than the filter is safe, for
 * each is tested all the same.
 */
import { VALUE_OPERATORS } from '../domain/filter-value.ts';
import type {
  ColumnPlace,
  FieldTest,
  FilterColumn,
  PathPlace,
  ResolvedExpression,
  ResolvedFilter,
} from '../domain/resolved-filter.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { SCANNER_PROJECT } from '../google/scanned-name.ts';
import { type ScannedKind, SCANNED_KINDS } from '../google/scanned-occurrences.ts';

/** What can pass; resources from `low` to below `high`. */
export interface DerivedBounds {
  readonly kinds: ReadonlySet<ScannedKind>;
  readonly low: string;
  readonly high: string;
  /** Severity ranks of vulnerabilities. */
  readonly severities: ReadonlySet<number>;
  /** Names of packages, and ids of notes; absent: any. */
  readonly packages?: ReadonlySet<string>;
  readonly notes?: ReadonlySet<string>;
}

/** The least character that could follow a resource; PostgreSQL takes no smaller one. */
const NEXT = '\u0001';
/** Above every text that follows a prefix. */
const TOP = '\u{10FFFF}';
const RANKS = SEVERITIES.map((_, rank) => rank);
const ALL: DerivedBounds = {
  kinds: new Set(SCANNED_KINDS),
  low: '',
  high: TOP,
  severities: new Set(RANKS),
};
const NOTHING: DerivedBounds = { ...ALL, kinds: new Set() };

/** Bounds of a filter. */
export function derivedBounds(filter: ResolvedFilter): DerivedBounds {
  return filter.kind === 'all' ? ALL : boundsOf(filter);
}

function boundsOf(filter: ResolvedExpression): DerivedBounds {
  // What is not within some bounds can be anywhere else.
  if (filter.kind === 'not') return ALL;
  if (filter.kind === 'test') return boundsOfTest(filter);
  return filter.operands.map(boundsOf).reduce(filter.kind === 'and' ? intersect : unite);
}

function boundsOfTest({ place, test }: FieldTest): DerivedBounds {
  const own = place.of === undefined ? ALL : ofKind(place.of);
  if (test.kind === 'prefix' && place.kind === 'column' && place.column === 'resource') {
    return { ...ALL, low: test.text, high: `${test.text}${TOP}` };
  }
  if (test.kind !== 'compare') return own;
  if (place.kind === 'column' && place.column === 'severity') {
    const holds = VALUE_OPERATORS[test.operator];
    const ranks = RANKS.filter((rank) => holds(rank - Number(test.value)));
    return { ...own, severities: new Set(ranks) };
  }
  return test.operator === '=' ? intersect(own, boundsOfValue(place, String(test.value))) : own;
}

type BoundsOf = (value: string) => DerivedBounds;

const OF_COLUMN: Readonly<Partial<Record<FilterColumn, BoundsOf>>> = {
  kind: ofKind,
  resource: (low) => ({ ...ALL, low, high: `${low}${NEXT}` }),
  noteProjectId: (project) => (project === SCANNER_PROJECT ? ALL : NOTHING),
  noteId: (id) => ({ ...ALL, notes: new Set([id]) }),
};

/** Where the package's name is, by kind. */
const PACKAGE_NAMES: readonly string[] = [
  'PACKAGE detail.name',
  'VULNERABILITY detail.packageIssue.affectedPackage',
];

function boundsOfValue(place: ColumnPlace | PathPlace, value: string): DerivedBounds {
  if (place.kind === 'column') return OF_COLUMN[place.column]?.(value) ?? ALL;
  const path = `${place.of ?? ''} ${place.steps.map(({ key }) => key).join('.')}`;
  return PACKAGE_NAMES.includes(path) ? { ...ALL, packages: new Set([value]) } : ALL;
}

function ofKind(wanted: string): DerivedBounds {
  return { ...ALL, kinds: new Set(SCANNED_KINDS.filter((kind) => kind === wanted)) };
}

function intersect(a: DerivedBounds, b: DerivedBounds): DerivedBounds {
  const packages = a.packages === undefined ? b.packages : both(a.packages, b.packages);
  const notes = a.notes === undefined ? b.notes : both(a.notes, b.notes);
  return {
    kinds: both(a.kinds, b.kinds),
    low: a.low > b.low ? a.low : b.low,
    high: a.high < b.high ? a.high : b.high,
    severities: both(a.severities, b.severities),
    ...(packages && { packages }),
    ...(notes && { notes }),
  };
}

function unite(a: DerivedBounds, b: DerivedBounds): DerivedBounds {
  // One that lets nothing pass adds nothing to the other.
  if (a.kinds.size === 0 || b.kinds.size === 0) return a.kinds.size === 0 ? b : a;
  return {
    kinds: either(a.kinds, b.kinds),
    low: a.low < b.low ? a.low : b.low,
    high: a.high > b.high ? a.high : b.high,
    severities: either(a.severities, b.severities),
    ...(a.packages && b.packages && { packages: either(a.packages, b.packages) }),
    ...(a.notes && b.notes && { notes: either(a.notes, b.notes) }),
  };
}

function both<T>(a: ReadonlySet<T>, b: ReadonlySet<T> | undefined): ReadonlySet<T> {
  return b === undefined ? a : new Set([...a].filter((one) => b.has(one)));
}

function either<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...a, ...b]);
}
