/** Reading a Grafeas note. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { SCANNER_PROJECT } from '../google/scanned-name.ts';
import type { Note } from '../domain/note.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import { findNote } from '../store/note-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { scannerNote } from './scanner-note.ts';

/** The note of a name `projects/P/notes/N`; throws `not-found`. */
export async function getNote(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<Note> {
  const name = parseNoteName(input.name);
  if (name.project === SCANNER_PROJECT) return scannerNote(deps, input.caller, name.note);
  const permission = 'containeranalysis.notes.get';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  const note = await findNote(deps.store, input.name);
  if (note !== undefined) return note;
  throw new AssayError(
    'not-found',
    `note ${input.name} does not exist; create it, or check the name`,
  );
}
