/**
 * Statements of VEX documents that are not there: not yet, since they are written before their
 * document, or no longer. Each such document is noted in the transaction that makes it one, so that
 * a process that dies in between leaves nothing that nobody would find again.
 */
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';

/** A document without its row: how many statements it has at most, and since when. */
export interface VexLeftover {
  readonly document: string;
  readonly statements: number;
  readonly since: Micros;
}

const insertLeftover = statement((sql, p: VexLeftover) =>
  sql
    .insertInto('vex_leftover')
    .values({ document: p.document, statements: p.statements, since: p.since })
    .onConflict((conflict) => conflict.doNothing()),
);

/** Notes that the statements of some documents are there and they are not. */
export async function noteVexLeftovers(tx: Tx, leftovers: readonly VexLeftover[]): Promise<void> {
  await tx.runMany(insertLeftover, leftovers);
}

/** Forgets the note, as the document is there or its statements have gone. */
export async function clearVexLeftover(tx: Tx, document: string): Promise<void> {
  await tx.run(tx.sql.deleteFrom('vex_leftover').where('document', '=', document));
}

/** Tells whether a document is noted: it is not any more where another process cleaned up. */
export async function isVexLeftover(db: Reader, document: string): Promise<boolean> {
  const rows = db.sql.selectFrom('vex_leftover').select('document');
  return (await db.first(rows.where('document', '=', document))) !== undefined;
}

/** Documents that were noted before a time, the oldest first. */
export function listVexLeftovers(
  db: Reader,
  { before, limit }: { readonly before: Micros; readonly limit: number },
): Promise<VexLeftover[]> {
  const rows = db.sql.selectFrom('vex_leftover').select(['document', 'statements', 'since']);
  return db.all(rows.where('since', '<', before).orderBy('since').orderBy('document').limit(limit));
}
