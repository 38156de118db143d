/** Notes in the store. */
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { KIND_FIELDS, type Note, type NoteKind } from '../domain/note.ts';
import type { ResolvedFilter } from '../domain/resolved-filter.ts';
import { noteName, parseNoteName } from '../domain/resource-name.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { NOTE_COLUMNS } from './metadata-fields.ts';
import { readMetadataPage } from './metadata-page.ts';
import type { NoteTable } from './schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { chunksOf, formatSearchable, parseStored } from './stored-json.ts';

/** Names that one statement asks for. */
const CHUNK = 100;
/** Longest URI of a product that is looked up. */
const MAX_PRODUCT_URI = 600;
/** Most assessments that are read of an image. */
export const MAX_ASSESSMENTS = 5000;

type NoteBody = Omit<Note, 'name' | 'kind' | 'createTime' | 'updateTime'>;

const byId = statement((sql, p: { project: string; id: string }) =>
  sql.selectFrom('note').selectAll().where('project', '=', p.project).where('id', '=', p.id),
);

const insertNote = statement((sql, p: NoteTable) =>
  sql
    .insertInto('note')
    .values({
      project: p.project,
      id: p.id,
      kind: p.kind,
      create_time: p.create_time,
      update_time: p.update_time,
      body: p.body,
      product_uri: p.product_uri,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

const byProduct = statement((sql, p: { project: string; digest: string; image: string }) =>
  sql
    .selectFrom('note')
    .selectAll()
    .where('project', '=', p.project)
    .where('product_uri', 'in', [p.digest, p.image])
    .orderBy('product_uri')
    .orderBy('id')
    .limit(MAX_ASSESSMENTS),
);

const anyProduct = statement((sql, p: { project: string }) =>
  sql
    .selectFrom('note')
    .select('id')
    .where('project', '=', p.project)
    .where('product_uri', 'is not', null)
    .limit(1),
);

/** Tells whether a project has a VULNERABILITY_ASSESSMENT note about any product. */
export async function hasAssessments(db: Reader, project: string): Promise<boolean> {
  return (await db.first(anyProduct({ project }))) !== undefined;
}

/** A note by its name `projects/P/notes/N`, or undefined. */
export async function findNote(db: Reader, name: string): Promise<Note | undefined> {
  const row = await db.first(byId(keyOf(name)));
  return row && fromRow(row);
}

/** Those notes of a list of names that exist, by name. */
export async function findNotes(
  db: Reader,
  names: readonly string[],
): Promise<ReadonlyMap<string, Note>> {
  const [only, ...more] = [...new Set(names)];
  if (only === undefined) return new Map();
  const rows = more.length === 0 ? await oneRow(db, only) : await manyRows(db, [only, ...more]);
  return new Map(rows.map(fromRow).map((note) => [note.name, note]));
}

async function oneRow(db: Reader, name: string): Promise<NoteTable[]> {
  return db.all(byId(keyOf(name)));
}

async function manyRows(db: Reader, names: readonly string[]): Promise<NoteTable[]> {
  const rows: NoteTable[] = [];
  for (const chunk of chunksOf(names, CHUNK)) {
    const keys = chunk.map(keyOf);
    const notes = db.sql.selectFrom('note').selectAll();
    const wanted = notes.where((on) =>
      on.or(keys.map(({ project, id }) => on.and({ project, id }))),
    );
    rows.push(...(await db.all(wanted)));
  }
  return rows;
}

/**
 * A project's VULNERABILITY_ASSESSMENT notes about products, by URI and id, at most
 * {@link MAX_ASSESSMENTS}; the scheme does not matter.
 */
export async function findAssessments(
  db: Reader,
  project: string,
  products: readonly [digest: string, image: string],
): Promise<Note[]> {
  const [digest, image] = products;
  const named = { digest: resourceKey(digest), image: resourceKey(image) };
  return (await db.all(byProduct({ project, ...named }))).map(fromRow);
}

/** A page of a project's notes by (create time, id); it may be short while more follow. */
export async function listNotes(
  db: Reader,
  list: {
    project: string;
    filter: ResolvedFilter;
    pageSize: number;
    pageToken?: string | undefined;
  },
): Promise<{ notes: Note[]; nextPageToken?: string }> {
  const { project, filter, ...page } = list;
  const request = { table: 'note', owner: [['project', project]], filter, ...page } as const;
  const { rows, ...next } = await readMetadataPage<NoteTable>(db, {
    ...request,
    columns: NOTE_COLUMNS,
  });
  return { notes: rows.map(fromRow), ...next };
}

/** Creates a note; `already-exists` where its name is taken. */
export async function createNote(tx: Tx, note: Note): Promise<void> {
  if ((await tx.run(insertNote(toRow(note)))) === 0) {
    throw new AssayError('already-exists', `note ${note.name} already exists`);
  }
  tx.changed();
}

/** Creates notes, all or none; `already-exists` where a name is taken. */
export async function createNotes(tx: Tx, notes: readonly Note[]): Promise<void> {
  const created = await tx.runMany(insertNote, notes.map(toRow));
  if (created !== notes.length) {
    const names = notes.map(({ name }) => name).slice(0, 3);
    throw new AssayError('already-exists', `a note of ${names.join(', ')} already exists`);
  }
  tx.changed();
}

/** Replaces a note but its create time; `not-found` where there is none. */
export async function updateNote(tx: Tx, note: Note): Promise<void> {
  const { project, id, create_time: _, ...columns } = toRow(note);
  const update = tx.sql.updateTable('note').set(columns);
  const changed = await tx.run(update.where('project', '=', project).where('id', '=', id));
  if (changed === 0) throw notFound(note.name);
  tx.changed();
}

/** Deletes a note; `not-found` where there is none. Its occurrences are the caller's concern. */
export async function deleteNote(tx: Tx, name: string): Promise<void> {
  const { project, id } = keyOf(name);
  const rows = tx.sql.deleteFrom('note').where('project', '=', project).where('id', '=', id);
  if ((await tx.run(rows)) === 0) throw notFound(name);
  tx.changed();
}

function notFound(name: string): AssayError {
  return new AssayError('not-found', `note ${name} does not exist; check project and id`);
}

function keyOf(name: string): { project: string; id: string } {
  const { project, note } = parseNoteName(name);
  return { project, id: note };
}

function toRow(note: Note): NoteTable {
  const { name, kind, createTime, updateTime, ...body } = note;
  const times = { create_time: createTime, update_time: updateTime };
  const product_uri = productOf(note) ?? null;
  return { ...keyOf(name), kind, ...times, body: formatSearchable(body), product_uri };
}

/** The product of an assessment as it is looked up; one that no image could be named by is none. */
function productOf({ kind, detail }: Note): string | undefined {
  const product = kind === 'VULNERABILITY_ASSESSMENT' ? detail['product'] : undefined;
  const uri = isJsonObject(product) ? product['genericUri'] : undefined;
  const key = typeof uri === 'string' ? resourceKey(uri) : '';
  return key !== '' && key.length <= MAX_PRODUCT_URI ? key : undefined;
}

function fromRow(row: NoteTable): Note {
  return {
    name: noteName(row.project, row.id),
    kind: asKind(row.kind),
    createTime: row.create_time,
    updateTime: row.update_time,
    ...parseStored<NoteBody>(row.body),
  };
}

/** Reads a kind column; one that this version does not know is a broken store. */
export function asKind(kind: string): NoteKind {
  if (Object.hasOwn(KIND_FIELDS, kind)) return kind as NoteKind;
  throw new AssayError('internal', `the store holds the unknown kind ${JSON.stringify(kind)}`);
}
