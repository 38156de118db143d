/** Occurrences that clients wrote, in the store. Those derived from scans are never rows. */
import { AssayError } from '../domain/error.ts';
import { isFixable, severityRankOf } from '../domain/filter-columns.ts';
import type { Occurrence } from '../domain/note.ts';
import {
  noteName,
  occurrenceName,
  parseNoteName,
  parseOccurrenceName,
} from '../domain/resource-name.ts';
import type { Micros } from '../domain/time.ts';
import type { ResolvedFilter } from '../domain/resolved-filter.ts';
import { OCCURRENCE_COLUMNS } from './metadata-fields.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { readMetadataPage } from './metadata-page.ts';
import { asKind } from './note-rows.ts';
import type { OccurrenceTable } from './schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatSearchable, parseStored } from './stored-json.ts';

type OccurrenceBody = Pick<Occurrence, 'remediation' | 'detail'>;

/** A page of occurrences; without token it is the last one. */
export interface OccurrencePage {
  readonly occurrences: Occurrence[];
  readonly nextPageToken?: string;
}

/** What of a list is asked for. */
export interface OccurrenceList {
  readonly filter: ResolvedFilter;
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

const byId = statement((sql, p: { project: string; id: string }) =>
  sql.selectFrom('occurrence').selectAll().where('project', '=', p.project).where('id', '=', p.id),
);

const insertOccurrence = statement((sql, p: OccurrenceTable) =>
  sql
    .insertInto('occurrence')
    .values({
      project: p.project,
      id: p.id,
      kind: p.kind,
      resource_uri: p.resource_uri,
      resource_written: p.resource_written,
      note_project: p.note_project,
      note_id: p.note_id,
      severity: p.severity,
      fixable: p.fixable,
      create_time: p.create_time,
      update_time: p.update_time,
      body: p.body,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

interface AttestationKey {
  readonly noteProject: string;
  readonly noteId: string;
  readonly resourceUri: string;
  readonly beforeTime: Micros;
  readonly beforeId: string;
  readonly limit: number;
}

const attestations = statement((sql, p: AttestationKey) =>
  sql
    .selectFrom('occurrence')
    .selectAll()
    .where('note_project', '=', p.noteProject)
    .where('note_id', '=', p.noteId)
    .where('resource_uri', '=', p.resourceUri)
    .where('kind', 'in', ['ATTESTATION', 'DSSE_ATTESTATION'])
    .where((on) => on(on.refTuple('create_time', 'id'), '<', on.tuple(p.beforeTime, p.beforeId)))
    .orderBy('create_time', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit),
);

/** An occurrence by its name `projects/P/occurrences/O`, or undefined. */
export async function findOccurrence(db: Reader, name: string): Promise<Occurrence | undefined> {
  const row = await db.first(byId(keyOf(name)));
  return row && fromRow(row);
}

/** A page of a project's occurrences by (create time, id); it may be short while more follow. */
export function listOccurrences(
  db: Reader,
  project: string,
  list: OccurrenceList,
): Promise<OccurrencePage> {
  return readPage(db, [['project', project]], list);
}

/** A page of the occurrences of a note, of whichever project. */
export function listNoteOccurrences(
  db: Reader,
  note: string,
  list: OccurrenceList,
): Promise<OccurrencePage> {
  const { project, note: id } = parseNoteName(note);
  const owner = [
    ['note_project', project],
    ['note_id', id],
  ] as const;
  return readPage(db, owner, list);
}

/**
 * The newest attestations under a note for a resource, newest first; its scheme does not matter.
 * With `before` those that are older than it.
 */
export async function findAttestations(
  db: Reader,
  key: { note: string; resource: string; limit: number; before?: Occurrence | undefined },
): Promise<Occurrence[]> {
  const { project, note } = parseNoteName(key.note);
  const { before, limit } = key;
  const bound = {
    noteProject: project,
    noteId: note,
    resourceUri: resourceKey(key.resource),
    beforeTime: before?.createTime ?? Number.MAX_SAFE_INTEGER,
    beforeId: before === undefined ? '' : keyOf(before.name).id,
    limit,
  };
  return (await db.all(attestations(bound))).map(fromRow);
}

/** Creates occurrences, all or none; `already-exists` where a name is taken. */
export async function createOccurrences(tx: Tx, occurrences: readonly Occurrence[]): Promise<void> {
  const created = await tx.runMany(insertOccurrence, occurrences.map(toRow));
  if (created !== occurrences.length) {
    const names = occurrences.map(({ name }) => name).slice(0, 3);
    throw new AssayError('already-exists', `an occurrence of ${names.join(', ')} already exists`);
  }
  tx.changed();
}

/** Replaces an occurrence but its create time; `not-found` where there is none. */
export async function updateOccurrence(tx: Tx, occurrence: Occurrence): Promise<void> {
  const { project, id, create_time: _, ...columns } = toRow(occurrence);
  const update = tx.sql.updateTable('occurrence').set(columns);
  const changed = await tx.run(update.where('project', '=', project).where('id', '=', id));
  if (changed === 0) throw notFound(occurrence.name);
  tx.changed();
}

/** Deletes an occurrence; `not-found` where there is none. */
export async function deleteOccurrence(tx: Tx, name: string): Promise<void> {
  const { project, id } = keyOf(name);
  const rows = tx.sql.deleteFrom('occurrence').where('project', '=', project).where('id', '=', id);
  if ((await tx.run(rows)) === 0) throw notFound(name);
  tx.changed();
}

async function readPage(
  db: Reader,
  owner: readonly (readonly [string, string])[],
  list: OccurrenceList,
): Promise<OccurrencePage> {
  const request = { table: 'occurrence', owner, columns: OCCURRENCE_COLUMNS, ...list } as const;
  const { rows, ...next } = await readMetadataPage<OccurrenceTable>(db, request);
  return { occurrences: rows.map(fromRow), ...next };
}

function notFound(name: string): AssayError {
  return new AssayError('not-found', `occurrence ${name} does not exist; check project and id`);
}

function keyOf(name: string): { project: string; id: string } {
  const { project, occurrence } = parseOccurrenceName(name);
  return { project, id: occurrence };
}

function toRow(occurrence: Occurrence): OccurrenceTable {
  const { name, kind, resourceUri, createTime, updateTime, ...body } = occurrence;
  const { noteName: noteReference, ...kept } = body;
  const note = parseNoteName(noteReference);
  return {
    ...keyOf(name),
    kind,
    resource_uri: resourceKey(resourceUri),
    resource_written: resourceUri,
    note_project: note.project,
    note_id: note.note,
    severity: severityRankOf(occurrence),
    fixable: isFixable(occurrence) ? 1 : 0,
    create_time: createTime,
    update_time: updateTime,
    body: formatSearchable(kept),
  };
}

function fromRow(row: OccurrenceTable): Occurrence {
  return {
    name: occurrenceName(row.project, row.id),
    kind: asKind(row.kind),
    resourceUri: row.resource_written,
    noteName: noteName(row.note_project, row.note_id),
    createTime: row.create_time,
    updateTime: row.update_time,
    ...parseStored<OccurrenceBody>(row.body),
  };
}
