/**
 * How a list of notes or occurrences is read: which parts of its filter an index serves, and in
 * which order its rows come. It follows from the filter alone, never from what the tables hold, so
 * that every page of a list is read alike.
 */
import {
  filterConjuncts,
  type FieldTest,
  type ResolvedExpression,
  type ResolvedFilter,
} from '../domain/resolved-filter.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { VALUE_OPERATORS } from '../domain/filter-value.ts';

/** Equalities that an index begins with. */
export type Equalities = readonly (readonly [column: string, value: string | number])[];

/** What of a list the indexes serve. */
export interface MetadataPlan {
  /**
   * `time`: rows by (create time, id). `resource`: by (resource, create time, id), where a filter
   * asks for resources that begin alike.
   */
  readonly order: 'time' | 'resource';
  /** Each reads one piece of an index; together, merged by time, they give every row once. */
  readonly streams: readonly Equalities[];
  /** Set where the streams are no part of the owner's index: then the owner is tested by row. */
  readonly ownerless?: true;
  /** The resources' common beginning, of order `resource`. */
  readonly prefix?: string;
  /** Bounds of the create time. */
  readonly times: readonly FieldTest[];
  /** What is left to be tested row by row. */
  readonly rest: ResolvedFilter;
}

/** Pieces of an index that one list merges at most. */
const MAX_STREAMS = 16;

/** Plans a list of a table. */
export function planMetadata(table: 'note' | 'occurrence', filter: ResolvedFilter): MetadataPlan {
  const parts = filterConjuncts(filter);
  const found = table === 'note' ? byKind(parts) : planOccurrences(parts);
  const times = found?.order === 'resource' ? [] : parts.filter(isCreateTime);
  const used: readonly ResolvedExpression[] = [...(found?.used ?? []), ...times];
  const left = parts.filter((part) => !used.includes(part));
  const rest: ResolvedFilter =
    left.length === 0 ? { kind: 'all' } : (single(left) ?? { kind: 'and', operands: left });
  const { used: _used, ...plan } = found ?? { order: 'time', streams: [[]], used: [] };
  return { ...plan, times, rest };
}

type Found = Omit<MetadataPlan, 'times' | 'rest'> & {
  readonly used: readonly ResolvedExpression[];
};

/** The most selective first; a beginning of the resource before kinds and severities. */
function planOccurrences(parts: readonly ResolvedExpression[]): Found | undefined {
  return (
    byColumn(parts, 'resource', 'resource_uri') ??
    byNote(parts) ??
    byPrefix(parts) ??
    bySeverity(parts) ??
    byKind(parts)
  );
}

function byKind(parts: readonly ResolvedExpression[]): Found | undefined {
  return byColumn(parts, 'kind', 'kind');
}

function byColumn(
  parts: readonly ResolvedExpression[],
  name: string,
  column: string,
): Found | undefined {
  for (const part of parts) {
    const values = equalValues(part, name);
    if (values === undefined || values.length > MAX_STREAMS) continue;
    const streams = values.map((value): Equalities => [[column, value]]);
    return { order: 'time', streams, used: [part] };
  }
  return undefined;
}

/** Under a note there may be occurrences of other projects too. */
function byNote(parts: readonly ResolvedExpression[]): Found | undefined {
  const [project, id] = ['noteProjectId', 'noteId'].map((name) =>
    parts.find((part) => equalValues(part, name)?.length === 1),
  );
  const [projectId] = (project && equalValues(project, 'noteProjectId')) ?? [];
  const [noteId] = (id && equalValues(id, 'noteId')) ?? [];
  if (project === undefined || id === undefined) return undefined;
  if (projectId === undefined || noteId === undefined) return undefined;
  const stream: Equalities = [
    ['note_project', projectId],
    ['note_id', noteId],
  ];
  return { order: 'time', streams: [stream], ownerless: true, used: [project, id] };
}

function byPrefix(parts: readonly ResolvedExpression[]): Found | undefined {
  for (const part of parts) {
    if (part.kind !== 'test' || part.test.kind !== 'prefix' || !isColumn(part, 'resource'))
      continue;
    return { order: 'resource', streams: [[]], prefix: part.test.text, used: [part] };
  }
  return undefined;
}

function bySeverity(parts: readonly ResolvedExpression[]): Found | undefined {
  for (const part of parts) {
    if (part.kind !== 'test' || part.test.kind !== 'compare' || !isColumn(part, 'severity'))
      continue;
    const { operator, value } = part.test;
    const ranks = SEVERITIES.map((_, rank) => rank).filter((rank) =>
      VALUE_OPERATORS[operator](rank - Number(value)),
    );
    const streams = ranks.map((rank): Equalities => [
      ['kind', 'VULNERABILITY'],
      ['severity', rank],
    ]);
    return { order: 'time', streams, used: [part] };
  }
  return undefined;
}

/** The values of which a part asks a column to have one; undefined: it asks something else. */
function equalValues(part: ResolvedExpression, column: string): string[] | undefined {
  if (part.kind === 'or') {
    const each = part.operands.map((operand) => equalValues(operand, column));
    const values = each.flatMap((some) => some ?? []);
    return each.includes(undefined) ? undefined : [...new Set(values)];
  }
  if (part.kind !== 'test' || part.test.kind !== 'compare' || !isColumn(part, column)) {
    return undefined;
  }
  return part.test.operator === '=' ? [String(part.test.value)] : undefined;
}

function isCreateTime(part: ResolvedExpression): part is FieldTest {
  return part.kind === 'test' && isColumn(part, 'createTime') && part.test.kind === 'compare';
}

function isColumn({ place }: FieldTest, name: string): boolean {
  return place.kind === 'column' && place.column === name;
}

function single<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}
