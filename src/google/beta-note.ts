/** v1beta1's spellings of a note's detail, to and from v1's, which is what is kept. */
import type { Json, JsonObject } from '../domain/json.ts';
import { KIND_FIELDS, type NoteKind } from '../domain/note.ts';
import type { DetailFields } from './grafeas-table.ts';

/** The kinds that v1beta1 can write, each with its field of a note. */
export const BETA_NOTE_FIELDS: DetailFields = {
  VULNERABILITY: 'vulnerability',
  BUILD: 'build',
  IMAGE: 'baseImage',
  PACKAGE: 'package',
  DEPLOYMENT: 'deployable',
  DISCOVERY: 'discovery',
  ATTESTATION: 'attestationAuthority',
  VULNERABILITY_ASSESSMENT: 'vulnerabilityAssessment',
  SBOM_REFERENCE: 'sbomReference',
};

const DETAIL_NAMES = {
  cpeUri: 'affectedCpeUri',
  package: 'affectedPackage',
  minAffectedVersion: 'affectedVersionStart',
  maxAffectedVersion: 'affectedVersionEnd',
} as const;

/** A detail as read from a v1beta1 note, in v1's terms. */
export function noteDetailFromBeta(kind: NoteKind, detail: JsonObject): JsonObject {
  return kind === 'VULNERABILITY' ? mapList(detail, 'details', detailFromBeta) : detail;
}

/** A note's kept detail with its v1beta1 field; a kind that v1beta1 lacks is shown as in v1. */
export function noteDetailToBeta(kind: NoteKind, detail: JsonObject): JsonObject {
  const field = BETA_NOTE_FIELDS[kind] ?? KIND_FIELDS[kind];
  const shown = kind === 'VULNERABILITY' ? mapList(detail, 'details', detailToBeta) : detail;
  return { [field]: shown };
}

/** v1's three fixed… fields of a v1beta1 location, and nothing where there is none. */
export function fixedFromLocation(location: Json | undefined): JsonObject {
  if (location === undefined) return {};
  const { cpeUri, package: name, version } = location as JsonObject;
  return withoutAbsent({ fixedCpeUri: cpeUri, fixedPackage: name, fixedVersion: version });
}

/** A v1beta1 location of v1's three fixed… fields; undefined where no package is named. */
export function locationOfFixed(detail: JsonObject): JsonObject | undefined {
  const { fixedCpeUri, fixedPackage, fixedVersion } = detail;
  if (fixedCpeUri === undefined && fixedPackage === undefined) return undefined;
  return withoutAbsent({ cpeUri: fixedCpeUri, package: fixedPackage, version: fixedVersion });
}

/** The object with one of its lists mapped, where it has that list. */
export function mapList(
  object: JsonObject,
  field: string,
  map: (item: JsonObject) => JsonObject,
): JsonObject {
  const list = object[field];
  if (!Array.isArray(list)) return object;
  return { ...object, [field]: list.map((item: JsonObject) => map(item)) };
}

/** The object without the fields whose value is undefined. */
export function withoutAbsent(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function detailFromBeta({ fixedLocation, ...detail }: JsonObject): JsonObject {
  return { ...rename(detail, DETAIL_NAMES), ...fixedFromLocation(fixedLocation) };
}

function detailToBeta(detail: JsonObject): JsonObject {
  const { fixedCpeUri: _cpe, fixedPackage: _package, fixedVersion: _version, ...rest } = detail;
  const back = Object.fromEntries(Object.entries(DETAIL_NAMES).map(([beta, v1]) => [v1, beta]));
  return withoutAbsent({ ...rename(rest, back), fixedLocation: locationOfFixed(detail) });
}

function rename(object: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [names[key] ?? key, value]),
  );
}
