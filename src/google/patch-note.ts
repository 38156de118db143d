/** Changing a note: Google's PATCH with or without an update mask. */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Note } from '../domain/note.ts';
import { GRAFEAS_TABLES, type GrafeasVersion } from './grafeas-table.ts';
import { type MessageField, messageFields, type MessageTable } from './message-table.ts';
import { type NoteBody, noteFromJson, noteToJson } from './note-message.ts';
import { fieldError, readMessage } from './read-message.ts';

/** A change of a note as a client asks for it. */
export interface NotePatch {
  readonly body: unknown;
  /** Paths in camelCase; undefined: every field that the body has; `*`: the whole note. */
  readonly mask: readonly string[] | undefined;
}

/**
 * What a note says after a patch. A path of the mask that the body lacks is cleared. Refuses
 * unknown paths and fields, and a result that a create would refuse, such as a detail of another
 * kind.
 */
export function patchNote(version: GrafeasVersion, note: Note, patch: NotePatch): NoteBody {
  const table = GRAFEAS_TABLES[version];
  const options = { table, type: 'Note', root: 'note', partial: true };
  const change = readMessage(patch.body, options);
  if (patch.mask?.includes('*')) return noteFromJson(version, change);
  const paths = (patch.mask ?? Object.keys(change)).map((path) => path.split('.'));
  for (const path of paths) checkPath(table, path);
  const merged = paths.reduce(
    (into, path) => copyPath(into, change, path),
    noteToJson(version, note),
  );
  return noteFromJson(version, merged);
}

function checkPath(table: MessageTable, path: readonly string[]): void {
  let type: string | undefined = 'Note';
  for (const step of path) {
    const field: MessageField | undefined = messageFields(table, type ?? '')?.get(step);
    if (field === undefined) {
      throw fieldError(['updateMask'], `has ${JSON.stringify(path.join('.'))}, which no note has`);
    }
    type = field.shape === 'one' ? field.type : undefined;
  }
}

/** The object with the value at a path taken from another, or removed where that has none. */
function copyPath(into: JsonObject, from: JsonObject, path: readonly string[]): JsonObject {
  const [step = '', ...rest] = path;
  const { [step]: old, ...others } = into;
  const value =
    rest.length === 0 ? from[step] : copyPath(objectOf(old), objectOf(from[step]), rest);
  return value === undefined ? others : { ...others, [step]: value };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
