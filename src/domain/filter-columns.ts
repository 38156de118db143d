/** The values that notes and occurrences are kept and found by, read from one in memory. */
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Note, Occurrence } from './note.ts';
import type { FilterColumn } from './resolved-filter.ts';
import { parseNoteName } from './resource-name.ts';
import { resourceKey } from './resource-url.ts';
import { isSeverity, severityRank } from './severity.ts';

/** What a filter is applied to. */
export type FilterSubject = Occurrence | Note;

/** Reads each column of an occurrence; of a note where it has one. */
export const COLUMN_READERS: Readonly<
  Record<FilterColumn, (one: FilterSubject) => string | number>
> = {
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  noteName: noteNameOf,
  noteProjectId: (one) => parseNoteName(noteNameOf(one)).project,
  noteId: (one) => parseNoteName(noteNameOf(one)).note,
  resource: (one) => ('resourceUri' in one ? resourceKey(one.resourceUri) : ''),
  createTime: ({ createTime }) => createTime,
  updateTime: ({ updateTime }) => updateTime,
  severity: severityRankOf,
};

/**
 * The severity rank that lists select and summaries count by: a vulnerability's effective severity,
 * else the highest of its issues' and its own; 0 for other kinds.
 */
export function severityRankOf({ kind, detail }: Pick<FilterSubject, 'kind' | 'detail'>): number {
  if (kind !== 'VULNERABILITY') return 0;
  const effective = rankOf(detail['effectiveSeverity']);
  if (effective > 0) return effective;
  const issues = issuesOf(detail).map((issue) => rankOf(issue['effectiveSeverity']));
  return Math.max(rankOf(detail['severity']), ...issues);
}

/** Whether a vulnerability has a package with a fix: a fixed version that is not MAXIMUM. */
export function isFixable({ kind, detail }: Pick<FilterSubject, 'kind' | 'detail'>): boolean {
  if (kind !== 'VULNERABILITY') return false;
  const fixes = issuesOf(detail).map((issue) => issue['fixedVersion']);
  return fixes.some((fixed) => isJsonObject(fixed) && fixed['kind'] !== 'MAXIMUM');
}

function issuesOf(detail: JsonObject): readonly JsonObject[] {
  const issues = detail['packageIssue'];
  return Array.isArray(issues) ? issues.filter((issue) => isJsonObject(issue)) : [];
}

function rankOf(severity: Json | undefined): number {
  return typeof severity === 'string' && isSeverity(severity) ? severityRank(severity) : 0;
}

function noteNameOf(one: FilterSubject): string {
  return 'noteName' in one ? one.noteName : one.name;
}
