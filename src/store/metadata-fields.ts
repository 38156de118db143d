/** The columns that hold what notes and occurrences are filtered by. */
import { sql, type Expression } from 'kysely';
import type { FilterColumns } from './filter-sql.ts';

/** Columns of an occurrence. */
export const OCCURRENCE_COLUMNS: FilterColumns = {
  kind: sql.ref('kind'),
  name: nameColumn('project', 'occurrences', 'id'),
  noteName: nameColumn('note_project', 'notes', 'note_id'),
  noteProjectId: sql.ref('note_project'),
  noteId: sql.ref('note_id'),
  resource: sql.ref('resource_uri'),
  createTime: sql.ref('create_time'),
  updateTime: sql.ref('update_time'),
  severity: sql.ref('severity'),
};

/** Columns of a note, which is of no resource and has no severity of its own. */
export const NOTE_COLUMNS: FilterColumns = {
  kind: sql.ref('kind'),
  name: nameColumn('project', 'notes', 'id'),
  noteName: nameColumn('project', 'notes', 'id'),
  noteProjectId: sql.ref('project'),
  noteId: sql.ref('id'),
  resource: sql.lit(''),
  createTime: sql.ref('create_time'),
  updateTime: sql.ref('update_time'),
  severity: sql.lit(0),
};

function nameColumn(project: string, collection: string, id: string): Expression<unknown> {
  const middle = sql.lit(`/${collection}/`);
  return sql`('projects/' || ${sql.ref(project)} || ${middle} || ${sql.ref(id)})`;
}
