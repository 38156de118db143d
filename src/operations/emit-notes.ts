/** Telling of changed notes, and of what follows from them for the images of their project. */
import type { Note } from '../domain/note.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import type { Tx } from '../store/store-contract.ts';
import { type ChangeVerb, noteEvent } from './change-events.ts';
import type { Deps } from './deps.ts';
import { emit, emitAssessed } from './emit.ts';

/** Tells of notes of one project. */
export async function emitNotes(
  deps: Deps,
  tx: Tx,
  { verb, notes }: { readonly verb: ChangeVerb; readonly notes: readonly Note[] },
): Promise<void> {
  const events = notes.map((note) => noteEvent(verb, note));
  await emit(deps, tx, events);
  const assessment = notes.find(({ kind }) => kind === 'VULNERABILITY_ASSESSMENT');
  if (assessment === undefined) return;
  await emitAssessed(deps, tx, parseNoteName(assessment.name).project);
}
