/** Changing a note; the kind never changes. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Note } from '../domain/note.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import { findNote, updateNote as replaceNote } from '../store/note-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import type { NewNote } from './create-note.ts';
import type { Deps } from './deps.ts';
import { emitNotes } from './emit-notes.ts';
import { refuseScanner } from './refuse-scanner.ts';

/** Updates a note to what `patch` makes of it; throws `not-found`. */
export async function updateNote(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly name: string;
    readonly patch: (note: Note) => NewNote;
  },
): Promise<Note> {
  const { caller } = input;
  const { project } = parseNoteName(input.name);
  const permission = 'containeranalysis.notes.update';
  await authoriseOn(deps, caller, { permission, resource: input.name });
  refuseScanner(project);
  return deps.store.write(async (tx) => {
    const before = await findNote(tx, input.name);
    if (before === undefined)
      throw new AssayError('not-found', `note ${input.name} does not exist`);
    // What a patch clears is not there any more, so that nothing of before may shine through.
    const { name, createTime, kind } = before;
    const times = { createTime, updateTime: deps.now() };
    const note: Note = { ...input.patch(before), name, kind, ...times };
    await replaceNote(tx, note);
    await audit(deps, tx, { caller, project, action: 'update-note', resource: note.name });
    await emitNotes(deps, tx, { verb: 'updated', notes: [note] });
    return note;
  });
}
