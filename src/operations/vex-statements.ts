/**
 * Statements of VEX documents, written and deleted some at a time: a document may have thousands,
 * and no transaction is to last long. They are found through their document only, so that they are
 * written before it comes, and deleted after it has gone.
 */
import { statementIds } from '../scanner/match/assess-finding.ts';
import type { KeptVexDocument, VexStatement } from '../domain/vex-document.ts';
import { chunksOf } from '../store/stored-json.ts';
import { deleteVexStatements, saveVexStatements } from '../store/vex-document-rows.ts';
import type { Deps } from './deps.ts';

/** Statements of one transaction. */
const TOGETHER = 500;

type Which = Pick<KeptVexDocument, 'id' | 'project' | 'statementCount'>;

/** Writes the statements of a document that is yet to come. */
export async function writeVexStatements(
  { store }: Pick<Deps, 'store'>,
  { id, project }: Which,
  statements: readonly VexStatement[],
): Promise<void> {
  for (const [index, part] of chunksOf(statements, TOGETHER).entries()) {
    await store.write((tx) =>
      saveVexStatements(tx, {
        project,
        document: id,
        from: index * TOGETHER,
        statements: part.map((said) => ({ ids: statementIds(said), said })),
      }),
    );
  }
}

/** Deletes the statements of a document that has gone, or never came. */
export async function forgetVexStatements(
  { store }: Pick<Deps, 'store'>,
  { id, statementCount }: Which,
): Promise<void> {
  for (let from = 0; from < statementCount; from += TOGETHER) {
    const below = from + TOGETHER;
    await store.write((tx) => deleteVexStatements(tx, { document: id, from, below }));
  }
}
