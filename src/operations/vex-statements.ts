/**
 * Statements of VEX documents, written and deleted some at a time: a document may have thousands,
 * and no transaction is to last long. They are found through their document only, so that they are
 * written before it comes, and deleted after it has gone; meanwhile the document is noted as a
 * leftover, by which the next import deletes what a process that died has left.
 */
import { statementIds } from '../scanner/match/assess-finding.ts';
import type { KeptVexDocument, VexStatement } from '../domain/vex-document.ts';
import { HOUR, type Micros } from '../domain/time.ts';
import type { Tx } from '../store/store-contract.ts';
import { chunksOf } from '../store/stored-json.ts';
import { deleteVexStatements, saveVexStatements } from '../store/vex-document-rows.ts';
import {
  clearVexLeftover,
  listVexLeftovers,
  noteVexLeftovers,
  type VexLeftover,
} from '../store/vex-leftover-rows.ts';
import type { Deps } from './deps.ts';

/** Statements of one transaction. */
const TOGETHER = 500;
/** What is noted for longer than any import lasts is nobody's any more. */
const ABANDONED: Micros = HOUR;
/** Documents whose leftovers one import deletes. */
const CLEANED = 20;

type Which = Pick<KeptVexDocument, 'id' | 'project' | 'statementCount'>;
type Where = Pick<Deps, 'store' | 'now'>;

/** Writes the statements of a document that is yet to come, and is noted until it does. */
export async function writeVexStatements(
  { store, now }: Where,
  which: Which,
  statements: readonly VexStatement[],
): Promise<void> {
  await store.write((tx) => noteVexStatements(tx, [which], now()));
  const { id: document, project } = which;
  for (const [index, part] of chunksOf(statements, TOGETHER).entries()) {
    await store.write((tx) =>
      saveVexStatements(tx, {
        project,
        document,
        from: index * TOGETHER,
        statements: part.map((said) => ({ ids: statementIds(said), said })),
      }),
    );
  }
}

/** Notes, in the transaction that takes documents away, that their statements are still there. */
export async function noteVexStatements(
  tx: Tx,
  which: readonly Which[],
  since: Micros,
): Promise<void> {
  const leftovers = which.map(({ id: document, statementCount: statements }) => {
    return { document, statements, since };
  });
  await noteVexLeftovers(tx, leftovers);
}

/** Deletes the statements of a document that has gone, or never came. */
export async function forgetVexStatements({ store }: Where, which: Which): Promise<void> {
  await deleteAll({ store }, { document: which.id, statements: which.statementCount });
}

/** Deletes what processes left that died in the middle of a change. */
export async function forgetAbandonedVex({ store, now }: Where): Promise<void> {
  const abandoned = { before: now() - ABANDONED, limit: CLEANED };
  for (const one of await listVexLeftovers(store, abandoned)) await deleteAll({ store }, one);
}

async function deleteAll(
  { store }: Pick<Deps, 'store'>,
  { document, statements }: Omit<VexLeftover, 'since'>,
): Promise<void> {
  for (let from = 0; from < statements; from += TOGETHER) {
    const below = from + TOGETHER;
    await store.write((tx) => deleteVexStatements(tx, { document, from, below }));
  }
  await store.write((tx) => clearVexLeftover(tx, document));
}
