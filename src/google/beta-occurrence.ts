/** v1beta1's spellings of an occurrence's detail, to and from v1's, which is what is kept. */
import { decodeBase64, encodeBase64 } from '../domain/base64.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { KIND_FIELDS, type NoteKind } from '../domain/note.ts';
import { fixedFromLocation, locationOfFixed, mapList, withoutAbsent } from './beta-note.ts';
import type { DetailFields } from './grafeas-table.ts';

/** The kinds that v1beta1 can write, each with its field of an occurrence. */
export const BETA_OCCURRENCE_FIELDS: DetailFields = {
  VULNERABILITY: 'vulnerability',
  BUILD: 'build',
  IMAGE: 'derivedImage',
  PACKAGE: 'installation',
  DEPLOYMENT: 'deployment',
  DISCOVERY: 'discovered',
  ATTESTATION: 'attestation',
  SBOM_REFERENCE: 'sbomReference',
};

/** Details that v1beta1 wraps once more in a field of the same name. */
const WRAPPED: ReadonlySet<NoteKind> = new Set([
  'IMAGE',
  'PACKAGE',
  'DEPLOYMENT',
  'DISCOVERY',
  'ATTESTATION',
]);

/** A detail as read from a v1beta1 occurrence, in v1's terms. */
export function occurrenceDetailFromBeta(kind: NoteKind, detail: JsonObject): JsonObject {
  const field = BETA_OCCURRENCE_FIELDS[kind];
  const inner = WRAPPED.has(kind) && field !== undefined ? (detail[field] as JsonObject) : detail;
  if (kind === 'ATTESTATION') return attestationFromBeta(inner);
  return kind === 'VULNERABILITY' ? vulnerabilityFromBeta(inner) : inner;
}

/** A kept detail with its v1beta1 field; a kind that v1beta1 lacks is shown as in v1. */
export function occurrenceDetailToBeta(kind: NoteKind, detail: JsonObject): JsonObject {
  const field = BETA_OCCURRENCE_FIELDS[kind] ?? KIND_FIELDS[kind];
  const shown = showDetail(kind, detail);
  return { [field]: WRAPPED.has(kind) ? { [field]: shown } : shown };
}

function showDetail(kind: NoteKind, detail: JsonObject): JsonObject {
  if (kind === 'ATTESTATION') return attestationToBeta(detail);
  return kind === 'VULNERABILITY' ? vulnerabilityToBeta(detail) : detail;
}

/**
 * A PGP attestation becomes one signature over an empty payload (the payload is inside the
 * signature); a generic one keeps its payload. The content type has only one value and is not
 * kept.
 */
function attestationFromBeta(attestation: JsonObject): JsonObject {
  const { pgpSignedAttestation: pgp, genericSignedAttestation: generic } = attestation;
  if (pgp === undefined) {
    const { contentType: _type, ...kept } = generic as JsonObject;
    return kept;
  }
  const { pgpKeyId, signature } = pgp as { readonly pgpKeyId: string; readonly signature: string };
  const bytes = new TextEncoder().encode(signature);
  return { signatures: [{ publicKeyId: pgpKeyId, signature: encodeBase64(bytes) }] };
}

function attestationToBeta(detail: JsonObject): JsonObject {
  const contentType = 'SIMPLE_SIGNING_JSON';
  const { serializedPayload, signatures } = detail;
  const pgp = serializedPayload === undefined ? pgpSignature(signatures) : undefined;
  if (pgp !== undefined) return { pgpSignedAttestation: { ...pgp, contentType } };
  const kept = withoutAbsent({ contentType, serializedPayload, signatures });
  return { genericSignedAttestation: kept };
}

/** The armored text of an attestation's only signature; v1 itself never has an empty payload. */
function pgpSignature(signatures: Json | undefined): JsonObject | undefined {
  const [only, ...more] = (signatures ?? []) as readonly JsonObject[];
  if (only === undefined || more.length > 0) return undefined;
  const { signature, publicKeyId } = only;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    decodeBase64(signature as string),
  );
  return withoutAbsent({ signature: text, pgpKeyId: publicKeyId });
}

function vulnerabilityFromBeta({ cvssV3, ...detail }: JsonObject): JsonObject {
  return mapList(withoutAbsent({ ...detail, cvssv3: cvssV3 }), 'packageIssue', issueFromBeta);
}

/** Without a fixed location there is no fix, which v1 says by a fixed version of kind MAXIMUM. */
function issueFromBeta({ affectedLocation, fixedLocation, ...issue }: JsonObject): JsonObject {
  const { cpeUri, package: name, version } = affectedLocation as JsonObject;
  const affected = { affectedCpeUri: cpeUri, affectedPackage: name, affectedVersion: version };
  const fixed = { fixedVersion: { kind: 'MAXIMUM' }, ...fixedFromLocation(fixedLocation) };
  return { ...affected, ...fixed, ...issue };
}

function vulnerabilityToBeta(detail: JsonObject): JsonObject {
  const { cvssv3, fixAvailable: _fix, risk: _risk, cvssV4: _v4, ...rest } = detail;
  return mapList(withoutAbsent({ ...rest, cvssV3: cvssv3 }), 'packageIssue', issueToBeta);
}

function issueToBeta(issue: JsonObject): JsonObject {
  const { affectedCpeUri, affectedPackage, affectedVersion, packageType, effectiveSeverity } =
    issue;
  const affectedLocation = withoutAbsent({
    cpeUri: affectedCpeUri,
    package: affectedPackage,
    version: affectedVersion,
  });
  const fixedLocation = locationOfFixed(issue);
  return withoutAbsent({ affectedLocation, fixedLocation, packageType, effectiveSeverity });
}
