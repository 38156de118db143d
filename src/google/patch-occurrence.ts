/**
 * Changing an occurrence: Google's PATCH with or without an update mask. What an occurrence is
 * about (its resource, its note and so its kind) never changes.
 */
import type { JsonObject } from '../domain/json.ts';
import { KIND_FIELDS, type Occurrence } from '../domain/note.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { applyPatch, type MessagePatch } from './apply-patch.ts';
import { GRAFEAS_TABLES, type GrafeasVersion } from './grafeas-table.ts';
import {
  OCCURRENCE_DETAIL_FIELDS,
  type OccurrenceBody,
  occurrenceFromJson,
  occurrenceToJson,
  plainNoteName,
  resourceUriOf,
  URI_FIELD,
} from './occurrence-message.ts';
import { type FieldPath, fieldError, readAt, show } from './read-message.ts';

/**
 * What an occurrence says after a patch; what is filled in from its note is left to the caller. A
 * path of the mask that the body lacks is cleared. Refuses unknown paths and fields, another
 * resource, note or kind, and a detail that a create would refuse.
 */
export function patchOccurrence(
  version: GrafeasVersion,
  occurrence: Occurrence,
  patch: MessagePatch,
): OccurrenceBody {
  const target = { table: GRAFEAS_TABLES[version], type: 'Occurrence', root: 'occurrence' };
  const before = occurrenceToJson(version, occurrence);
  const { message, touched } = applyPatch(target, before, patch);
  refuseOtherSubject(version, occurrence, message);
  refuseOtherKind(version, occurrence, message);
  const { kind, resourceUri, noteName } = occurrence;
  const remediation = message['remediation'] as string | undefined;
  // A detail that nobody touches stays as it is: the other version may be unable to say it.
  const fields = Object.values(OCCURRENCE_DETAIL_FIELDS[version]);
  const changes = fields.some((field) => touched.has(field));
  const { detail } = changes ? occurrenceFromJson(version, message) : occurrence;
  const envelope = message['envelope'] as JsonObject | undefined;
  const given = {
    ...(remediation !== undefined && { remediation }),
    ...(envelope !== undefined && { envelope }),
  };
  return { kind, resourceUri, noteName, ...given, detail };
}

function refuseOtherSubject(
  version: GrafeasVersion,
  { resourceUri, noteName }: Occurrence,
  message: JsonObject,
): void {
  const uri = resourceUriOf(version, message);
  if (uri === undefined || resourceKey(uri) !== resourceKey(resourceUri)) {
    throw fixed(['occurrence', ...URI_FIELD[version]], uri, resourceUri);
  }
  const path = ['occurrence', 'noteName'];
  const note = message['noteName'] as string | undefined;
  if (note === undefined || readAt(path, () => plainNoteName(note)) !== noteName) {
    throw fixed(path, note, noteName);
  }
}

function refuseOtherKind(version: GrafeasVersion, { kind }: Occurrence, message: JsonObject): void {
  const given = message['kind'];
  if (given !== undefined && given !== kind) throw fixed(['occurrence', 'kind'], given, kind);
  const own = OCCURRENCE_DETAIL_FIELDS[version][kind] ?? KIND_FIELDS[kind];
  const fields = Object.values(OCCURRENCE_DETAIL_FIELDS[version]);
  const other = fields.find((field) => field !== own && message[field] !== undefined);
  if (other === undefined) return;
  throw fieldError(['occurrence', other], `is of another kind; this one is and stays ${kind}`);
}

function fixed(path: FieldPath, given: unknown, kept: string): Error {
  const found = given === undefined ? 'is missing' : `is ${show(given)}`;
  return fieldError(path, `${found}; it is ${show(kept)} and never changes: leave it as it is`);
}
