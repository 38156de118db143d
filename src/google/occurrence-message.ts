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
import { type FieldPath, readAt, readMessage } from './read-message.ts';

/** What a client says of an occurrence; its name and times come from elsewhere. */
export type OccurrenceBody = Omit<Occurrence, 'name' | 'createTime' | 'updateTime'>;

const { VULNERABILITY_ASSESSMENT: _noteOnly, ...V1_OCCURRENCE_FIELDS } = KIND_FIELDS;
/** The field that carries the detail of each kind that a version can write. */
export const OCCURRENCE_DETAIL_FIELDS: Readonly<Record<GrafeasVersion, DetailFields>> = {
  v1: V1_OCCURRENCE_FIELDS,
  v1beta1: BETA_OCCURRENCE_FIELDS,
};

/** Where a version's message says which resource it is about. */
export const URI_FIELD: Readonly<Record<GrafeasVersion, readonly [string, ...string[]]>> = {
  v1: ['resourceUri'],
  v1beta1: ['resource', 'uri'],
};

/**
 * Reads a create body. Its `name` and times are output. Refuses unknown fields, a missing resource
 * or note, a missing or second detail, and a `kind` that disagrees. `root` is what errors call the
 * body.
 */
export function occurrenceFromJson(
  version: GrafeasVersion,
  json: unknown,
  root: FieldPath = ['occurrence'],
): OccurrenceBody {
  const table = GRAFEAS_TABLES[version];
  const message = readMessage(json, { table, type: 'Occurrence', root });
  const { kind, detail } = findDetail(root, message, OCCURRENCE_DETAIL_FIELDS[version]);
  const { noteName, remediation, envelope } = message;
  return {
    kind,
    resourceUri: readAt([...root, ...URI_FIELD[version]], () => checkUri(version, message)),
    noteName: readAt([...root, 'noteName'], () => plainNoteName(noteName as string)),
    ...(remediation !== undefined && { remediation: remediation as string }),
    ...(envelope !== undefined && { envelope: envelope as JsonObject }),
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
    envelope: occurrence.envelope,
  });
}

function detailToJson(version: GrafeasVersion, kind: NoteKind, detail: JsonObject): JsonObject {
  return version === 'v1' ? { [KIND_FIELDS[kind]]: detail } : occurrenceDetailToBeta(kind, detail);
}

function checkUri(version: GrafeasVersion, message: JsonObject): string {
  const uri = resourceUriOf(version, message) ?? '';
  parseResourceUrl(uri);
  return uri;
}

/** The URI of the resource that a message of a version is about; undefined where it has none. */
export function resourceUriOf(version: GrafeasVersion, message: JsonObject): string | undefined {
  const resource = message['resource'] as JsonObject | undefined;
  return (version === 'v1' ? message['resourceUri'] : resource?.['uri']) as string | undefined;
}

/** Both forms of a note's name mean one note: a location is left out. Refuses another form. */
export function plainNoteName(name: string): string {
  const { project, note } = parseNoteName(name);
  return formatNoteName(project, note);
}
