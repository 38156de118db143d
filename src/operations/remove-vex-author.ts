/** Taking a VEX author, or one of its keys, away: what rested on it counts no more, at once. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { KeptVexDocument } from '../domain/vex-document.ts';
import type { Tx } from '../store/store-contract.ts';
import { deleteVexAuthor, requireVexAuthor, saveVexAuthor } from '../store/vex-author-rows.ts';
import { deleteVexDocumentsOf } from '../store/vex-document-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { emitAssessed } from './emit.ts';
import { forgetVexStatements, noteVexStatements } from './vex-statements.ts';

/** Whom to remove; with a key only that one. */
export interface RemoveVexAuthorInput {
  readonly caller: Caller;
  readonly project: string;
  readonly name: string;
  readonly keyId?: string;
}

/** Removes an author with its documents, or one of its keys; throws `not-found`. */
export async function removeVexAuthor(
  deps: Deps,
  input: RemoveVexAuthorInput,
): Promise<Record<string, never>> {
  const { caller, project, name, keyId } = input;
  authorise(caller, 'assay.vex.manage', project);
  const gone = await deps.store.write(async (tx) => {
    const documents = await remove(deps, tx, input);
    await noteVexStatements(tx, documents, deps.now());
    await audit(deps, tx, {
      caller,
      project,
      action: 'remove-vex-author',
      resource: `projects/${project}/vexAuthors/${name}`,
      ...(keyId === undefined ? {} : { detail: { keyId } }),
    });
    await emitAssessed(deps, tx, project);
    return documents;
  });
  for (const document of gone) await forgetVexStatements(deps, document);
  return {};
}

/** Answers the documents that went with the author. */
async function remove(
  deps: Deps,
  tx: Tx,
  { project, name, keyId }: RemoveVexAuthorInput,
): Promise<readonly KeptVexDocument[]> {
  const author = await requireVexAuthor(tx, project, name);
  if (keyId === undefined) {
    await deleteVexAuthor(tx, project, name);
    return deleteVexDocumentsOf(tx, project, name);
  }
  const keys = author.keys.filter(({ id }) => id !== keyId);
  if (keys.length === author.keys.length) throw noSuchKey(name, keyId);
  await saveVexAuthor(tx, { ...author, keys, updateTime: deps.now() });
  return [];
}

function noSuchKey(name: string, keyId: string): AssayError {
  const key = JSON.stringify(keyId.slice(0, 200));
  return new AssayError(
    'not-found',
    `author ${name} has no key ${key}; see: assay vex author list --output json`,
  );
}
