/** Creating a Grafeas note. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Note } from '../domain/note.ts';
import { noteName, parseNoteId } from '../domain/resource-name.ts';
import { createNote as insertNote } from '../store/note-rows.ts';
import { audit } from './audit.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** What a client says of a note; name and times are ours. */
export type NewNote = Omit<Note, 'name' | 'createTime' | 'updateTime'>;

/** Creates a note under the given id; throws `already-exists`. */
export async function createNote(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly project: string;
    readonly id: string;
    readonly note: NewNote;
  },
): Promise<Note> {
  const { caller, project } = input;
  authorise(caller, 'containeranalysis.notes.create', project);
  const id = parseNoteId(input.id);
  await ensureProject(deps, caller, project);
  const time = deps.now();
  const note: Note = {
    ...input.note,
    name: noteName(project, id),
    createTime: time,
    updateTime: time,
  };
  await deps.store.write(async (tx) => {
    await insertNote(tx, note);
    await audit(deps, tx, { caller, project, action: 'create-note', resource: note.name });
  });
  return note;
}
