/** Bodies of Google's batch creates: many notes or occurrences, each named in its errors. */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { parseNoteId } from '../domain/resource-name.ts';
import type { GrafeasVersion } from './grafeas-table.ts';
import { type NoteBody, noteFromJson } from './note-message.ts';
import { type OccurrenceBody, occurrenceFromJson } from './occurrence-message.ts';
import { fieldError, readAt, show } from './read-message.ts';

/** Items of one batch at most, as Google's reference says. */
export const MAX_BATCH_SIZE = 1000;

/** A note and the id that it is to have. */
export interface NamedNote {
  readonly id: string;
  readonly note: NoteBody;
}

/**
 * Reads `{"notes": {ID: Note}}`. Refuses no notes, more than 1000, an id that no note can have, and
 * whatever a single create refuses; the error begins with the note's place, `notes.ID`.
 */
export function batchNotesFromJson(version: GrafeasVersion, json: unknown): readonly NamedNote[] {
  const notes = readOnly(json, 'notes');
  if (!isJsonObject(notes)) {
    throw fieldError(['notes'], `is ${show(notes)}; want an object of notes by their ids`);
  }
  checkCount('notes', Object.keys(notes).length);
  return Object.entries(notes).map(([key, item]) => {
    const id = readAt(['notes', key], () => parseNoteId(key));
    return { id, note: noteFromJson(version, item, ['notes', id]) };
  });
}

/**
 * Reads `{"occurrences": [Occurrence]}`. Refuses none, more than 1000, and whatever a single create
 * refuses; the error begins with the occurrence's place, `occurrences[3]`.
 */
export function batchOccurrencesFromJson(
  version: GrafeasVersion,
  json: unknown,
): readonly OccurrenceBody[] {
  const occurrences = readOnly(json, 'occurrences');
  if (!Array.isArray(occurrences)) {
    throw fieldError(['occurrences'], `is ${show(occurrences)}; want a list of occurrences`);
  }
  checkCount('occurrences', occurrences.length);
  return occurrences.map((item: unknown, index) =>
    occurrenceFromJson(version, item, ['occurrences', index]),
  );
}

/** The value of the one field that a batch's body has. */
function readOnly(json: unknown, field: string): unknown {
  if (!isJsonObject(json)) {
    throw fieldError(['request'], `is ${show(json)}; want an object with ${field}`);
  }
  const { [field]: value, ...others }: JsonObject = json;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw fieldError(['request', other], `is an unknown field; known are ${field}`);
  }
  if (value !== undefined && value !== null) return value;
  throw fieldError([field], 'is missing: it is required');
}

function checkCount(field: string, count: number): void {
  if (count > 0 && count <= MAX_BATCH_SIZE) return;
  const advice = count === 0 ? 'give at least one' : 'send them in several requests';
  const limit = `one request creates 1 to ${MAX_BATCH_SIZE}`;
  throw fieldError([field], `has ${count} items; ${limit}: ${advice}`);
}
