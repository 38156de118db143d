/** Notes on Google's wire: v1 and v1beta1 bodies to and from the domain's note. */
import type { JsonObject } from '../domain/json.ts';
import { KIND_FIELDS, type Note } from '../domain/note.ts';
import { formatTime, parseTime } from '../domain/time.ts';
import {
  BETA_NOTE_FIELDS,
  noteDetailFromBeta,
  noteDetailToBeta,
  withoutAbsent,
} from './beta-note.ts';
import { findDetail, GRAFEAS_TABLES, type GrafeasVersion } from './grafeas-table.ts';
import { type FieldPath, readMessage } from './read-message.ts';

/** What a client says of a note; its name and times come from elsewhere. */
export type NoteBody = Omit<Note, 'name' | 'createTime' | 'updateTime'>;

/**
 * Reads a create body. Its `name` is ignored in favour of the request's noteId, its times are
 * output. Refuses unknown fields, a missing or second detail, and a `kind` that disagrees. `root`
 * is what errors call the body.
 */
export function noteFromJson(
  version: GrafeasVersion,
  json: unknown,
  root: FieldPath = ['note'],
): NoteBody {
  const table = GRAFEAS_TABLES[version];
  const message = readMessage(json, { table, type: 'Note', root });
  const beta = version === 'v1beta1';
  const { kind, detail } = findDetail(root, message, beta ? BETA_NOTE_FIELDS : KIND_FIELDS);
  const { shortDescription, longDescription, relatedUrl, relatedNoteNames, expirationTime } =
    message;
  const common = { shortDescription, longDescription, relatedUrl, relatedNoteNames };
  return {
    kind,
    ...(withoutAbsent(common) as Partial<NoteBody>),
    ...(expirationTime !== undefined && { expirationTime: parseTime(expirationTime as string) }),
    detail: beta ? noteDetailFromBeta(kind, detail) : detail,
  };
}

/** Prints a note in a version's terms. */
export function noteToJson(version: GrafeasVersion, note: Note): JsonObject {
  const { kind, detail, expirationTime } = note;
  return withoutAbsent({
    name: note.name,
    shortDescription: note.shortDescription,
    longDescription: note.longDescription,
    kind,
    relatedUrl: note.relatedUrl?.map((one) => ({ ...one })),
    expirationTime: expirationTime === undefined ? undefined : formatTime(expirationTime),
    createTime: formatTime(note.createTime),
    updateTime: formatTime(note.updateTime),
    relatedNoteNames: note.relatedNoteNames,
    ...(version === 'v1' ? { [KIND_FIELDS[kind]]: detail } : noteDetailToBeta(kind, detail)),
  });
}
