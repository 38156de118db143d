/** Listing the occurrences of a note, in whichever project they were written. */
import { type Caller, authorise } from '../domain/caller.ts';
import { parseNoteName } from '../domain/resource-name.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { listNoteOccurrences as listRows } from '../store/occurrence-rows.ts';
import type { Deps } from './deps.ts';
import { getNote } from './get-note.ts';
import type { OccurrencePage } from './list-occurrences.ts';

/** Which page. */
export interface NoteOccurrencesInput {
  readonly caller: Caller;
  readonly name: string;
  readonly filter: string;
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** Lists what clients wrote under a note; throws `not-found` without the note. */
export async function listNoteOccurrences(
  deps: Deps,
  input: NoteOccurrencesInput,
): Promise<OccurrencePage> {
  const { caller, name, pageSize, pageToken } = input;
  authorise(caller, 'containeranalysis.notes.listOccurrences', parseNoteName(name).project);
  const filter = readOccurrenceFilter(input.filter);
  await getNote(deps, { caller, name });
  return listRows(deps.store, name, { filter, pageSize, pageToken });
}
