/** The fields by which notes and occurrences are filtered, and the columns that hold them. */
import { sql, type Expression } from 'kysely';
import { AssayError } from '../domain/error.ts';
import { KIND_FIELDS } from '../domain/note.ts';
import { isSeverity, SEVERITIES, severityRank } from '../domain/severity.ts';
import { parseTime } from '../domain/time.ts';
import { fieldKey, type FieldRule, type FieldRules } from './filter-sql.ts';

/** Kinds as v1alpha1 called them. */
const OLD_KINDS: Readonly<Record<string, string>> = {
  PACKAGE_VULNERABILITY: 'VULNERABILITY',
  BUILD_DETAILS: 'BUILD',
  IMAGE_BASIS: 'IMAGE',
  PACKAGE_MANAGER: 'PACKAGE',
  DEPLOYABLE: 'DEPLOYMENT',
  ATTESTATION_AUTHORITY: 'ATTESTATION',
};

/** Fields of an occurrence. */
export const OCCURRENCE_FIELDS: FieldRules = rules([
  ['kind', text(sql.ref('kind'), readKind)],
  ['name', text(nameColumn('project', 'occurrences', 'id'))],
  ['noteName', text(nameColumn('note_project', 'notes', 'note_id'))],
  ['noteProjectId', text(sql.ref('note_project'))],
  ['noteId', text(sql.ref('note_id'))],
  ['resourceUrl', text(sql.ref('resource_uri'), stripScheme)],
  ['resourceUri', text(sql.ref('resource_uri'), stripScheme)],
  ['resource.uri', text(sql.ref('resource_uri'), stripScheme)],
  ['createTime', ordered(sql.ref('create_time'), parseTime)],
  ['updateTime', ordered(sql.ref('update_time'), parseTime)],
  ['severity', ordered(sql.ref('severity'), readSeverity)],
  ['vulnerability.severity', ordered(sql.ref('severity'), readSeverity)],
  ['vulnerability.effectiveSeverity', ordered(sql.ref('severity'), readSeverity)],
]);

/** Fields of a note. */
export const NOTE_FIELDS: FieldRules = rules([
  ['kind', text(sql.ref('kind'), readKind)],
  ['name', text(nameColumn('project', 'notes', 'id'))],
  ['noteProjectId', text(sql.ref('project'))],
  ['noteId', text(sql.ref('id'))],
  ['createTime', ordered(sql.ref('create_time'), parseTime)],
  ['updateTime', ordered(sql.ref('update_time'), parseTime)],
]);

/** A resource without `https://`, which is how resources are kept and compared. */
export function stripScheme(uri: string): string {
  return uri.replace(/^https:\/\//i, '');
}

function rules(list: readonly (readonly [string, FieldRule])[]): FieldRules {
  return new Map(list.map(([name, rule]) => [fieldKey(name.split('.')), rule]));
}

function text(column: Expression<unknown>, read: FieldRule['read'] = String): FieldRule {
  return { column, type: 'text', read };
}

function ordered(column: Expression<unknown>, read: FieldRule['read']): FieldRule {
  return { column, type: 'ordered', read };
}

function nameColumn(project: string, collection: string, id: string): Expression<unknown> {
  const middle = sql.lit(`/${collection}/`);
  return sql`('projects/' || ${sql.ref(project)} || ${middle} || ${sql.ref(id)})`;
}

function readKind(value: string): string {
  const kind = OLD_KINDS[value] ?? value;
  if (Object.hasOwn(KIND_FIELDS, kind)) return kind;
  const known = Object.keys(KIND_FIELDS).join(', ');
  throw new AssayError('invalid-filter', `unknown kind ${JSON.stringify(value)}; use ${known}`);
}

function readSeverity(value: string): number {
  if (isSeverity(value)) return severityRank(value);
  throw new AssayError(
    'invalid-filter',
    `unknown severity ${JSON.stringify(value)}; use ${SEVERITIES.join(', ')}`,
  );
}
