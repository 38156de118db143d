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

/** A statement to be kept, with the ids that it is found by, in upper case. */
export interface NewVexStatement {
  readonly ids: readonly string[];
  readonly said: VexStatement;
}

/** Some statements of a document, the first of them being its so-manieth. */
export interface VexStatementPart {
  readonly project: string;
  readonly document: string;
  readonly from: number;
  readonly statements: readonly NewVexStatement[];
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

const anyOfProject = statement((sql, p: { project: string }) =>
  sql
    .selectFrom('vex_document')
    .select('id')
    .where('project', '=', p.project)
    .where('removed_time', 'is', null)
    .limit(1),
);

/** Tells whether a project has any document. */
export async function hasVexDocuments(db: Reader, project: string): Promise<boolean> {
  return (await db.first(anyOfProject({ project }))) !== undefined;
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

/** Keeps statements of a document that is not there yet: nobody finds them before it is. */
export async function saveVexStatements(tx: Tx, part: VexStatementPart): Promise<void> {
  const { project, document, from, statements } = part;
  const placed = statements.map((one, at) => ({ ...one, position: from + at }));
  const rows = placed.map(({ said, position }) => ({
    document,
    position,
    body: formatStored(said),
  }));
  const named = placed.flatMap(({ ids, position }) =>
    ids.map((vulnerability) => ({ project, vulnerability, document, position })),
  );
  await tx.runMany(insertStatement, rows);
  await tx.runMany(insertVulnerability, named);
}

/** Deletes the statements of a document from a place on, before another one. */
export async function deleteVexStatements(
  tx: Tx,
  { document, from, below }: { document: string; from: number; below: number },
): Promise<void> {
  const named = tx.sql.deleteFrom('vex_vulnerability').where('document', '=', document);
  await tx.run(named.where('position', '>=', from).where('position', '<', below));
  const rows = tx.sql.deleteFrom('vex_statement').where('document', '=', document);
  await tx.run(rows.where('position', '>=', from).where('position', '<', below));
}

/** Keeps a document, with what was signed, in place of the one of its author and id. */
export async function saveVexDocument(
  tx: Tx,
  document: KeptVexDocument,
  source: string,
): Promise<void> {
  const { project, author, documentId } = document;
  const old = tx.sql.deleteFrom('vex_document').where('project', '=', project);
  await tx.run(old.where('author', '=', author).where('document_id', '=', documentId));
  await tx.run(insertDocument({ ...toRow(document), source }));
  tx.changed();
}

/** Takes a document away and leaves its version; its statements are found no more. */
export async function markVexRemoved(
  tx: Tx,
  { id }: KeptVexDocument,
  removedTime: Micros,
): Promise<void> {
  const update = tx.sql.updateTable('vex_document').set({ removed_time: removedTime, source: '' });
  await tx.run(update.where('id', '=', id));
  tx.changed();
}

/** Deletes an author's documents and answers them; their statements are found no more. */
export async function deleteVexDocumentsOf(
  tx: Tx,
  project: string,
  author: string,
): Promise<KeptVexDocument[]> {
  const own = tx.sql.selectFrom('vex_document').select(columns).where('project', '=', project);
  const documents = (await tx.all(own.where('author', '=', author))).map(fromRow);
  const rows = tx.sql.deleteFrom('vex_document').where('project', '=', project);
  await tx.run(rows.where('author', '=', author));
  tx.changed();
  return documents;
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
