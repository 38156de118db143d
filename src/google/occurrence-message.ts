/** Occurrences on Google's wire: v1 and v1beta1 bodies to and from the domain's occurrence. */
import type { JsonObject } from '../domain/json.ts';
import { KIND_FIELDS, type NoteKind, type Occurrence } from '../domain/note.ts';
import { noteName as formatNoteName, parseNoteName } from '../domain/resource-name.ts';
import { parseResourceUrl } from '../domain/resource-url.ts';
import { formatTime } from '../domain/time.ts';
import {
  BETA_OCCURRENCE_FIELDS,
  occurrenceDetailFromBeta,
  occurrenceDetailToBeta,
} from './beta-occurrence.ts';
import { withoutAbsent } from './beta-note.ts';
import {
  type DetailFields,
  findDetail,
  GRAFEAS_TABLES,
  type GrafeasVersion,
} from './grafeas-table.ts';
import { readAt, readMessage } from './read-message.ts';

/** What a client says of an occurrence; its name and times come from elsewhere. */
export type OccurrenceBody = Omit<Occurrence, 'name' | 'createTime' | 'updateTime'>;

const { VULNERABILITY_ASSESSMENT: _noteOnly, ...V1_OCCURRENCE_FIELDS } = KIND_FIELDS;
const DETAIL_FIELDS: Readonly<Record<GrafeasVersion, DetailFields>> = {
  v1: V1_OCCURRENCE_FIELDS,
  v1beta1: BETA_OCCURRENCE_FIELDS,
};

/**
 * Reads a create body. Its `name` and times are output. Refuses unknown fields, a missing resource
 * or note, a missing or second detail, and a `kind` that disagrees.
 */
export function occurrenceFromJson(version: GrafeasVersion, json: unknown): OccurrenceBody {
  const table = GRAFEAS_TABLES[version];
  const message = readMessage(json, { table, type: 'Occurrence', root: 'occurrence' });
  const { kind, detail } = findDetail('occurrence', message, DETAIL_FIELDS[version]);
  const { noteName, remediation } = message;
  return {
    kind,
    resourceUri: checkUri(version, message),
    noteName: checkNoteName(noteName as string),
    ...(remediation !== undefined && { remediation: remediation as string }),
    detail: version === 'v1' ? detail : occurrenceDetailFromBeta(kind, detail),
  };
}

/** Prints an occurrence in a version's terms. */
export function occurrenceToJson(version: GrafeasVersion, occurrence: Occurrence): JsonObject {
  const { kind, detail, resourceUri } = occurrence;
  return withoutAbsent({
    name: occurrence.name,
    ...(version === 'v1' ? { resourceUri } : { resource: { uri: resourceUri } }),
    noteName: occurrence.noteName,
    kind,
    remediation: occurrence.remediation,
    createTime: formatTime(occurrence.createTime),
    updateTime: formatTime(occurrence.updateTime),
    ...detailToJson(version, kind, detail),
  });
}

function detailToJson(version: GrafeasVersion, kind: NoteKind, detail: JsonObject): JsonObject {
  return version === 'v1' ? { [KIND_FIELDS[kind]]: detail } : occurrenceDetailToBeta(kind, detail);
}

function checkUri(version: GrafeasVersion, message: JsonObject): string {
  const beta = version === 'v1beta1';
  const uri = beta ? (message['resource'] as JsonObject)['uri'] : message['resourceUri'];
  const path = beta ? ['occurrence', 'resource', 'uri'] : ['occurrence', 'resourceUri'];
  readAt(path, () => parseResourceUrl(uri as string));
  return uri as string;
}

/** Both forms of a note's name mean one note: a location is left out. */
function checkNoteName(name: string): string {
  const { project, note } = readAt(['occurrence', 'noteName'], () => parseNoteName(name));
  return formatNoteName(project, note);
}
