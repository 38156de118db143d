/** The scanner's own notes, derived from their names and the advisories in force. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Note } from '../domain/note.ts';
import { unescapeNoteId } from '../google/scanned-name.ts';
import { advisoryNote, scannedNote } from '../google/scanned-notes.ts';
import { findAdvisory } from '../store/find-advisory.ts';
import type { Deps } from './deps.ts';

/** A note of the reserved project by its id; throws `not-found`. Any viewer may read it. */
export async function scannerNote(deps: Deps, caller: Caller, noteId: string): Promise<Note> {
  authoriseSomewhere(caller, 'containeranalysis.notes.get');
  const derived = scannedNote(noteId, deps.now());
  if (derived !== undefined) return derived;
  const id = unescapeNoteId(noteId);
  const advisory = id === undefined ? undefined : await findAdvisory(deps.store, id);
  if (advisory !== undefined) return advisoryNote(advisory);
  throw new AssayError(
    'not-found',
    `the scanner has no note ${noteId}; its advisory may be withdrawn or replaced`,
  );
}
