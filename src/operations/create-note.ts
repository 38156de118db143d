/** Creating Grafeas notes, one or many at once. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Note } from '../domain/note.ts';
import { noteName, parseNoteId } from '../domain/resource-name.ts';
import { readAt } from '../google/read-message.ts';
import {
  createNote as insertNote,
  createNotes as insertNotes,
  findNotes,
} from '../store/note-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { audit } from './audit.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emitNotes } from './emit-notes.ts';

/** What a client says of a note; name and times are ours. */
export type NewNote = Omit<Note, 'name' | 'createTime' | 'updateTime'>;

/** A note to be made, and the id that it gets. */
export interface NamedNewNote {
  readonly id: string;
  readonly note: NewNote;
}

/** Creates a note under the given id; throws `already-exists`. */
export async function createNote(
  deps: Deps,
  input: NamedNewNote & { readonly caller: Caller; readonly project: string },
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
    await emitNotes(deps, tx, { verb: 'created', notes: [note] });
  });
  return note;
}

/**
 * Creates notes under the given ids, all or none. Throws `already-exists` with the place of the
 * first that exists, e.g. `notes.CVE-2026-1`. One entry of the audit trail names them all.
 */
export async function createNotes(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly project: string;
    readonly notes: readonly NamedNewNote[];
  },
): Promise<readonly Note[]> {
  const { caller, project } = input;
  authorise(caller, 'containeranalysis.notes.create', project);
  const named = input.notes.map(({ id, note }) => ({ ...note, name: noteName(project, id) }));
  await ensureProject(deps, caller, project);
  const time = deps.now();
  const notes = named.map((note) => ({ ...note, createTime: time, updateTime: time }));
  const names = notes.map(({ name }) => name);
  await deps.store.write(async (tx) => {
    await refuseTaken(tx, input.notes, names);
    await insertNotes(tx, notes);
    const change = { action: 'create-notes', resource: `projects/${project}`, detail: { names } };
    await audit(deps, tx, { caller, project, ...change });
    await emitNotes(deps, tx, { verb: 'created', notes });
  });
  return notes;
}

async function refuseTaken(
  tx: Tx,
  given: readonly NamedNewNote[],
  names: readonly string[],
): Promise<void> {
  const taken = await findNotes(tx, names);
  const index = names.findIndex((name) => taken.has(name));
  const [id, name] = [given[index]?.id, names[index]];
  if (id === undefined) return;
  readAt(['notes', id], () => {
    throw new AssayError('already-exists', `note ${name} already exists; nothing was created`);
  });
}
