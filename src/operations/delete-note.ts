/**
 * Deleting a note. Its occurrences stay, and attestors that point to it verify nothing any more.
 */
import type { Caller } from '../domain/caller.ts';
import { parseIamResource } from '../domain/iam-policy.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import { deleteIamPolicy } from '../store/iam-policy-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { deleteNote as deleteRow, findNote } from '../store/note-rows.ts';
import type { Deps } from './deps.ts';
import { emitNotes } from './emit-notes.ts';
import { refuseScanner } from './refuse-scanner.ts';

/** Deletes the note of a name; throws `not-found`. */
export async function deleteNote(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<void> {
  const name = parseNoteName(input.name);
  const permission = 'containeranalysis.notes.delete';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  refuseScanner(name.project);
  await deps.store.write(async (tx) => {
    const note = await findNote(tx, input.name);
    await deleteRow(tx, input.name);
    await deleteIamPolicy(tx, parseIamResource(input.name));
    await audit(deps, tx, {
      caller: input.caller,
      project: name.project,
      action: 'delete-note',
      resource: input.name,
    });
    if (note !== undefined) await emitNotes(deps, tx, { verb: 'deleted', notes: [note] });
  });
}
