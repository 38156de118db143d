/**
 * Deleting a note. Its occurrences stay, and attestors that point to it verify nothing any more.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import { deleteNote as deleteRow } from '../store/note-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { refuseScanner } from './refuse-scanner.ts';

/** Deletes the note of a name; throws `not-found`. */
export async function deleteNote(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<void> {
  const name = parseNoteName(input.name);
  authorise(input.caller, 'containeranalysis.notes.delete', name.project);
  refuseScanner(name.project);
  await deps.store.write(async (tx) => {
    await deleteRow(tx, input.name);
    await audit(deps, tx, {
      caller: input.caller,
      project: name.project,
      action: 'delete-note',
      resource: input.name,
    });
  });
}
