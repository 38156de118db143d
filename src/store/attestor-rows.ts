/** Attestors in the store. */
import { AssayError } from '../domain/error.ts';
import { sameEtag } from '../domain/etag.ts';
import type { Attestor } from '../domain/attestor.ts';
import {
  attestorName,
  noteName,
  parseAttestorName,
  parseNoteName,
} from '../domain/resource-name.ts';
import { parsePageToken, formatPageToken } from './cursor.ts';
import type { AttestorTable } from './schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

type AttestorBody = Pick<Attestor, 'description' | 'publicKeys' | 'threshold' | 'standings'>;

const byId = statement((sql, p: { project: string; id: string }) =>
  sql.selectFrom('attestor').selectAll().where('project', '=', p.project).where('id', '=', p.id),
);

const insertAttestor = statement((sql, p: AttestorTable) =>
  sql
    .insertInto('attestor')
    .values({
      project: p.project,
      id: p.id,
      note_project: p.note_project,
      note_id: p.note_id,
      update_time: p.update_time,
      etag: p.etag,
      body: p.body,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

/** An attestor by its name `projects/P/attestors/A`, or undefined. */
export async function findAttestor(db: Reader, name: string): Promise<Attestor | undefined> {
  const row = await db.first(byId(keyOf(name)));
  return row && fromRow(row);
}

/** A page of a project's attestors by id. */
export async function listAttestors(
  db: Reader,
  list: { project: string; pageSize: number; pageToken?: string | undefined },
): Promise<{ attestors: Attestor[]; nextPageToken?: string }> {
  const bound = ['attestors', list.project];
  const after = list.pageToken ? parsePageToken(list.pageToken, bound, ['string'])[0] : '';
  const rows = await db.all(
    db.sql
      .selectFrom('attestor')
      .selectAll()
      .where('project', '=', list.project)
      .where('id', '>', String(after))
      .orderBy('id')
      .limit(list.pageSize + 1),
  );
  const page = rows.slice(0, list.pageSize);
  const attestors = page.map(fromRow);
  const last = page.at(-1);
  if (rows.length <= list.pageSize || last === undefined) return { attestors };
  return { attestors, nextPageToken: formatPageToken([last.id], bound) };
}

/** Creates an attestor; `already-exists` where its name is taken. */
export async function createAttestor(tx: Tx, attestor: Attestor): Promise<void> {
  if ((await tx.run(insertAttestor(toRow(attestor)))) === 0) {
    throw new AssayError('already-exists', `attestor ${attestor.name} already exists`);
  }
  tx.changed();
}

/** Replaces an attestor; with `expectedEtag` the kept one must have it, else `aborted`. */
export async function updateAttestor(
  tx: Tx,
  attestor: Attestor,
  expectedEtag?: string,
): Promise<void> {
  const before = await findAttestor(tx, attestor.name);
  if (before === undefined) throw notFound(attestor.name);
  if (expectedEtag !== undefined && !sameEtag(expectedEtag, before.etag)) {
    throw staleEtag(attestor.name);
  }
  const { project, id, ...columns } = toRow(attestor);
  const update = tx.sql.updateTable('attestor').set(columns);
  await tx.run(update.where('project', '=', project).where('id', '=', id));
  tx.changed();
}

/** Deletes an attestor; `not-found` where there is none. */
export async function deleteAttestor(tx: Tx, name: string): Promise<void> {
  const { project, id } = keyOf(name);
  const rows = tx.sql.deleteFrom('attestor').where('project', '=', project).where('id', '=', id);
  if ((await tx.run(rows)) === 0) throw notFound(name);
  tx.changed();
}

function keyOf(name: string): { project: string; id: string } {
  const { project, attestor } = parseAttestorName(name);
  return { project, id: attestor };
}

function notFound(name: string): AssayError {
  return new AssayError('not-found', `attestor ${name} does not exist; check project and id`);
}

function staleEtag(name: string): AssayError {
  return new AssayError(
    'aborted',
    `attestor ${name} has changed since it was read (its etag differs): read it again, ` +
      'repeat the change, and send it with the new etag',
  );
}

function toRow(attestor: Attestor): AttestorTable {
  const { name, noteReference, updateTime, etag, ...body } = attestor;
  const note = parseNoteName(noteReference);
  return {
    ...keyOf(name),
    note_project: note.project,
    note_id: note.note,
    update_time: updateTime,
    etag,
    body: formatStored(body),
  };
}

function fromRow(row: AttestorTable): Attestor {
  return {
    name: attestorName(row.project, row.id),
    noteReference: noteName(row.note_project, row.note_id),
    updateTime: row.update_time,
    etag: row.etag,
    ...parseStored<AttestorBody>(row.body),
  };
}
