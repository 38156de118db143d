/** Listing the occurrences of a note, in whichever project they were written. */
import type { Caller } from '../domain/caller.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { listNoteOccurrences as listRows } from '../store/occurrence-rows.ts';
import { authoriseOn } from './authorise-on.ts';
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
  const permission = 'containeranalysis.notes.listOccurrences';
  await authoriseOn(deps, caller, { permission, resource: name });
  const filter = readOccurrenceFilter(input.filter);
  await getNote(deps, { caller, name });
  return listRows(deps.store, name, { filter, pageSize, pageToken });
}
