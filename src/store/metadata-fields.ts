/** The fields by which notes and occurrences are filtered, and the columns that hold them. */
import { sql, type Expression } from 'kysely';
import { fieldKey, OCCURRENCE_FIELDS as FIELDS, readKind } from '../domain/occurrence-fields.ts';
import { parseTime } from '../domain/time.ts';
import type { FieldRule, FieldRules } from './filter-sql.ts';

const OCCURRENCE_COLUMNS: Readonly<Record<keyof typeof FIELDS, Expression<unknown>>> = {
  kind: sql.ref('kind'),
  name: nameColumn('project', 'occurrences', 'id'),
  noteName: nameColumn('note_project', 'notes', 'note_id'),
  noteProjectId: sql.ref('note_project'),
  noteId: sql.ref('note_id'),
  resourceUrl: sql.ref('resource_uri'),
  resourceUri: sql.ref('resource_uri'),
  'resource.uri': sql.ref('resource_uri'),
  createTime: sql.ref('create_time'),
  updateTime: sql.ref('update_time'),
  severity: sql.ref('severity'),
  'vulnerability.severity': sql.ref('severity'),
  'vulnerability.effectiveSeverity': sql.ref('severity'),
};

/** Fields of an occurrence: read as derived occurrences are, each with its column. */
export const OCCURRENCE_FIELDS: FieldRules = rules(
  Object.entries(FIELDS).map(([name, { type, read }]) => {
    const column = OCCURRENCE_COLUMNS[name as keyof typeof FIELDS];
    return [name, { column, type, read }];
  }),
);

/** Fields of a note. */
export const NOTE_FIELDS: FieldRules = rules([
  ['kind', { column: sql.ref('kind'), type: 'text', read: readKind }],
  ['name', { column: nameColumn('project', 'notes', 'id'), type: 'text', read: String }],
  ['noteProjectId', { column: sql.ref('project'), type: 'text', read: String }],
  ['noteId', { column: sql.ref('id'), type: 'text', read: String }],
  ['createTime', { column: sql.ref('create_time'), type: 'ordered', read: parseTime }],
  ['updateTime', { column: sql.ref('update_time'), type: 'ordered', read: parseTime }],
]);

function rules(list: readonly (readonly [string, FieldRule])[]): FieldRules {
  return new Map(list.map(([name, rule]) => [fieldKey(name.split('.')), rule]));
}

function nameColumn(project: string, collection: string, id: string): Expression<unknown> {
  const middle = sql.lit(`/${collection}/`);
  return sql`('projects/' || ${sql.ref(project)} || ${middle} || ${sql.ref(id)})`;
}
