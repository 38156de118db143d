/** Changing a note: Google's PATCH with or without an update mask. */
import type { Note } from '../domain/note.ts';
import { applyPatch, type MessagePatch } from './apply-patch.ts';
import { GRAFEAS_TABLES, type GrafeasVersion } from './grafeas-table.ts';
import { type NoteBody, noteFromJson, noteToJson } from './note-message.ts';

/**
 * What a note says after a patch. A path of the mask that the body lacks is cleared. Refuses
 * unknown paths and fields, and a result that a create would refuse, such as a detail of another
 * kind.
 */
export function patchNote(version: GrafeasVersion, note: Note, patch: MessagePatch): NoteBody {
  const target = { table: GRAFEAS_TABLES[version], type: 'Note', root: 'note' };
  return noteFromJson(version, applyPatch(target, noteToJson(version, note), patch).message);
}
