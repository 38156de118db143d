/** The values that notes and occurrences are kept and found by, read from one in memory. */
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

/** The rank that lists select by: the effective severity, else the severity; 0 for other kinds. */
export function severityRankOf({ kind, detail }: Pick<FilterSubject, 'kind' | 'detail'>): number {
  if (kind !== 'VULNERABILITY') return 0;
  const severity = detail['effectiveSeverity'] ?? detail['severity'];
  return typeof severity === 'string' && isSeverity(severity) ? severityRank(severity) : 0;
}

function noteNameOf(one: FilterSubject): string {
  return 'noteName' in one ? one.noteName : one.name;
}
