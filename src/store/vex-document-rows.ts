/**
 * VEX documents in the store: of each the newest version, its statements, and by which ids of
 * vulnerabilities these are found. A removed one leaves its version, so that no older one follows.
 */
import type { KeptVexDocument, VexStatement } from '../domain/vex-document.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { chunksOf, formatStored, parseStored } from './stored-json.ts';
import type { VexDocumentTable, VexStatementTable, VexVulnerabilityTable } from './vex-tables.ts';

/** Documents of one project that are listed. */
export const MAX_VEX_DOCUMENTS = 5000;
/** Parameters of one statement. */
const CHUNK = 500;

type DocumentBody = Omit<
  KeptVexDocument,
  'project' | 'id' | 'documentId' | 'author' | 'importTime' | 'removedTime'
>;

/** A document to be kept. */
export interface NewVexDocument {
  readonly document: KeptVexDocument;
  /** Each with the ids that it is found by, in upper case. */
  readonly statements: readonly { readonly ids: readonly string[]; readonly said: VexStatement }[];
  /** What was signed, as text. */
  readonly source: string;
}

/** A statement with what decides whether it counts. */
export interface KeptVexStatement {
  readonly said: VexStatement;
  readonly document: KeptVexDocument;
}

const columns = [
  'id',
  'project',
  'author',
  'document_id',
  'removed_time',
  'import_time',
  'body',
] as const;

type DocumentRow = Pick<VexDocumentTable, (typeof columns)[number]>;

const ofProject = statement((sql, p: { project: string; limit: number }) =>
  sql
    .selectFrom('vex_document')
    .select(columns)
    .where('project', '=', p.project)
    .where('removed_time', 'is', null)
    .orderBy('author')
    .orderBy('document_id')
    .limit(p.limit),
);

const byName = statement((sql, p: { project: string; name: string }) =>
  sql
    .selectFrom('vex_document')
    .select(columns)
    .where('project', '=', p.project)
    .where((on) => on.or([on('id', '=', p.name), on('document_id', '=', p.name)]))
    .orderBy('author')
    .limit(100),
);

const statementsOf = statement((sql, p: { document: string; limit: number }) =>
  sql
    .selectFrom('vex_statement')
    .select('body')
    .where('document', '=', p.document)
    .orderBy('position')
    .limit(p.limit),
);

const insertDocument = statement((sql, p: VexDocumentTable) =>
  sql.insertInto('vex_document').values({
    id: p.id,
    project: p.project,
    author: p.author,
    document_id: p.document_id,
    removed_time: p.removed_time,
    import_time: p.import_time,
    body: p.body,
    source: p.source,
  }),
);

const insertStatement = statement((sql, p: VexStatementTable) =>
  sql
    .insertInto('vex_statement')
    .values({ document: p.document, position: p.position, body: p.body }),
);

const insertVulnerability = statement((sql, p: VexVulnerabilityTable) =>
  sql.insertInto('vex_vulnerability').values({
    project: p.project,
    vulnerability: p.vulnerability,
    document: p.document,
    position: p.position,
  }),
);

/** A project's documents by author and id, at most {@link MAX_VEX_DOCUMENTS}. */
export async function listVexDocuments(db: Reader, project: string): Promise<KeptVexDocument[]> {
  return (await db.all(ofProject({ project, limit: MAX_VEX_DOCUMENTS }))).map(fromRow);
}

/** Documents by their place in the store or their own id, which several authors may use. */
export async function findVexDocuments(
  db: Reader,
  project: string,
  name: string,
): Promise<KeptVexDocument[]> {
  return (await db.all(byName({ project, name }))).map(fromRow);
}

/** The statements of a document in its order, at most so many. */
export async function listVexStatements(
  db: Reader,
  document: string,
  limit: number,
): Promise<VexStatement[]> {
  const rows = await db.all(statementsOf({ document, limit }));
  return rows.map(({ body }) => parseStored<VexStatement>(body));
}

/** The statements of a project on any of some vulnerabilities, by their ids in upper case. */
export async function findVexStatements(
  db: Reader,
  project: string,
  ids: readonly string[],
): Promise<KeptVexStatement[]> {
  const found = new Map<string, KeptVexStatement>();
  for (const chunk of chunksOf(ids, CHUNK)) {
    const rows = db.sql
      .selectFrom('vex_vulnerability as v')
      .innerJoin('vex_document as d', 'd.id', 'v.document')
      .innerJoin('vex_statement as s', (on) =>
        on.onRef('s.document', '=', 'v.document').onRef('s.position', '=', 'v.position'),
      )
      .select(columns.map((name) => `d.${name}` as const))
      .select(['s.position as at', 's.body as said'])
      .where('v.project', '=', project)
      .where('v.vulnerability', 'in', chunk)
      .where('d.removed_time', 'is', null);
    for (const { at, said, ...row } of await db.all(rows)) {
      const key = `${row.id} ${at}`;
      if (!found.has(key)) found.set(key, { said: parseStored(said), document: fromRow(row) });
    }
  }
  return [...found.values()];
}

/** Keeps a document in place of the one of its author and id. */
export async function saveVexDocument(tx: Tx, added: NewVexDocument): Promise<void> {
  const { document, statements, source } = added;
  const { id, project, author, documentId } = document;
  for (const old of await findVexDocuments(tx, project, documentId)) {
    if (old.author === author && old.documentId === documentId) await deleteVexDocument(tx, old.id);
  }
  await tx.run(insertDocument({ ...toRow(document), source }));
  const rows = statements.map(({ said }, position) => ({
    document: id,
    position,
    body: formatStored(said),
  }));
  const named = statements.flatMap(({ ids }, position) =>
    ids.map((vulnerability) => ({ project, vulnerability, document: id, position })),
  );
  await tx.runMany(insertStatement, rows);
  await tx.runMany(insertVulnerability, named);
  tx.changed();
}

/** Takes a document's statements away and leaves its version. */
export async function markVexRemoved(
  tx: Tx,
  { id }: KeptVexDocument,
  removedTime: Micros,
): Promise<void> {
  await deleteStatements(tx, id);
  const update = tx.sql.updateTable('vex_document').set({ removed_time: removedTime, source: '' });
  await tx.run(update.where('id', '=', id));
  tx.changed();
}

/** Deletes everything of an author's documents. */
export async function deleteVexDocumentsOf(tx: Tx, project: string, author: string): Promise<void> {
  const rows = tx.sql.selectFrom('vex_document').select('id').where('project', '=', project);
  for (const { id } of await tx.all(rows.where('author', '=', author))) {
    await deleteVexDocument(tx, id);
  }
  tx.changed();
}

async function deleteVexDocument(tx: Tx, id: string): Promise<void> {
  await deleteStatements(tx, id);
  await tx.run(tx.sql.deleteFrom('vex_document').where('id', '=', id));
}

async function deleteStatements(tx: Tx, document: string): Promise<void> {
  await tx.run(tx.sql.deleteFrom('vex_vulnerability').where('document', '=', document));
  await tx.run(tx.sql.deleteFrom('vex_statement').where('document', '=', document));
}

function toRow(document: KeptVexDocument): Omit<VexDocumentTable, 'source'> {
  const { id, project, author, documentId, importTime, removedTime, ...body } = document;
  return {
    id,
    project,
    author,
    document_id: documentId,
    removed_time: removedTime ?? null,
    import_time: importTime,
    body: formatStored(body),
  };
}

function fromRow(row: DocumentRow): KeptVexDocument {
  const { removed_time: removedTime } = row;
  return {
    project: row.project,
    id: row.id,
    documentId: row.document_id,
    author: row.author,
    importTime: row.import_time,
    ...(removedTime === null ? {} : { removedTime }),
    ...parseStored<DocumentBody>(row.body),
  };
}
