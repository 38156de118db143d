/** The tables that note and occurrence bodies are read by, one per API version. */
import type { JsonObject } from '../domain/json.ts';
import type { NoteKind } from '../domain/note.ts';
import { BETA_ENUM_MARKS, BETA_MARKS, BETA_REFUSALS } from './beta-marks.ts';
import { DEFINITION } from './definition.ts';
import { GRAFEAS_MARKS } from './grafeas-marks.ts';
import type { MessageRule, MessageTable } from './message-table.ts';
import { type FieldPath, fieldError, show } from './read-message.ts';

/** The versions in which notes and occurrences are served. */
export type GrafeasVersion = 'v1' | 'v1beta1';

/** An upgrade is of a package, or Windows' own. */
const UPGRADE = 'needs package and its version, or windowsUpdate';

const versionRule: MessageRule = (message) =>
  message['kind'] === 'NORMAL' && message['name'] === undefined
    ? 'has no name: a version of kind NORMAL needs one'
    : undefined;

const RULES: MessageTable['rules'] = {
  'grafeas.v1.UpgradeNote': ({ package: name, version, windowsUpdate }) =>
    windowsUpdate === undefined && (name === undefined || version === undefined)
      ? UPGRADE
      : undefined,
  'grafeas.v1.UpgradeOccurrence': ({ package: name, parsedVersion, windowsUpdate }) =>
    windowsUpdate === undefined && (name === undefined || parsedVersion === undefined)
      ? UPGRADE.replace('version', 'parsedVersion')
      : undefined,
  // A token has its payload inside: one beside it is for signatures only.
  'grafeas.v1.AttestationOccurrence': ({ serializedPayload, jwts }) =>
    serializedPayload === undefined && jwts === undefined
      ? 'has nothing that is signed: serializedPayload is missing, and so is jwts'
      : undefined,
  'grafeas.v1.Version': versionRule,
  'grafeas.v1beta1.package.Version': versionRule,
  'grafeas.v1beta1.attestation.Attestation': (message) =>
    Object.keys(message).length === 0
      ? 'is empty; give pgpSignedAttestation or genericSignedAttestation'
      : undefined,
};

const V1: MessageTable = {
  ...DEFINITION,
  package: 'grafeas.v1',
  marks: GRAFEAS_MARKS,
  rules: RULES,
};

/** The messages of notes and occurrences by version. */
export const GRAFEAS_TABLES: Readonly<Record<GrafeasVersion, MessageTable>> = {
  v1: V1,
  v1beta1: {
    ...V1,
    package: 'grafeas.v1beta1',
    marks: { ...GRAFEAS_MARKS, ...BETA_MARKS },
    enumMarks: BETA_ENUM_MARKS,
    refusals: BETA_REFUSALS,
  },
};

/** Which field of a message carries the detail of each kind. */
export type DetailFields = Readonly<Partial<Record<NoteKind, string>>>;

/**
 * Finds the one detail of a note or occurrence. Refuses none, several, and a `kind` that disagrees
 * with it: kind is output, but clients send it.
 */
export function findDetail(
  root: FieldPath,
  message: JsonObject,
  fields: DetailFields,
): { readonly kind: NoteKind; readonly detail: JsonObject } {
  const rows = Object.entries(fields) as [NoteKind, string][];
  const [first, second] = rows.filter(([, field]) => message[field] !== undefined);
  if (first === undefined) {
    const names = rows.map(([, field]) => field).join(', ');
    throw fieldError(root, `has no detail; give one of ${names}`);
  }
  if (second !== undefined) {
    throw fieldError(root, `has both ${first[1]} and ${second[1]}; give one of them`);
  }
  const given = message['kind'];
  if (given !== undefined && given !== first[0]) {
    throw fieldError([...root, 'kind'], `is ${show(given)}, but the detail given is ${first[1]}`);
  }
  return { kind: first[0], detail: message[first[1]] as JsonObject };
}
