/** The note that an occurrence is of. */
import type { Caller } from '../domain/caller.ts';
import type { Note } from '../domain/note.ts';
import type { Deps } from './deps.ts';
import { getNote } from './get-note.ts';
import { getOccurrence } from './get-occurrence.ts';

/** The note of an occurrence; throws `not-found` where either is missing. */
export async function getOccurrenceNote(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<Note> {
  const { noteName } = await getOccurrence(deps, input);
  return getNote(deps, { caller: input.caller, name: noteName });
}
