/** Taking a VEX author, or one of its keys, away: what rested on it counts no more, at once. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { deleteVexAuthor, requireVexAuthor, saveVexAuthor } from '../store/vex-author-rows.ts';
import { deleteVexDocumentsOf } from '../store/vex-document-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { emitAssessed } from './emit.ts';

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
  await deps.store.write(async (tx) => {
    const author = await requireVexAuthor(tx, project, name);
    if (keyId === undefined) {
      await deleteVexDocumentsOf(tx, project, name);
      await deleteVexAuthor(tx, project, name);
    } else {
      const keys = author.keys.filter(({ id }) => id !== keyId);
      if (keys.length === author.keys.length) throw noSuchKey(name, keyId);
      await saveVexAuthor(tx, { ...author, keys, updateTime: deps.now() });
    }
    await audit(deps, tx, {
      caller,
      project,
      action: 'remove-vex-author',
      resource: `projects/${project}/vexAuthors/${name}`,
      ...(keyId === undefined ? {} : { detail: { keyId } }),
    });
    await emitAssessed(deps, tx, project);
  });
  return {};
}

function noSuchKey(name: string, keyId: string): AssayError {
  const key = JSON.stringify(keyId.slice(0, 200));
  return new AssayError(
    'not-found',
    `author ${name} has no key ${key}; see: assay vex author list --output json`,
  );
}
