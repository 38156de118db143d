/**
 * The tables that Binary Authorization's messages are read by, one per version: v1beta1 differs
 * from v1 only in the name of an attestor's note field, and v1alpha2 has v1beta1's messages. By
 * hand is what the descriptors do not say of their fields; notation: message-table.ts.
 */
import { DEFINITION } from './definition.ts';
import { GRAFEAS_MARKS } from './grafeas-marks.ts';
import type { MessageRule, MessageTable } from './message-table.ts';
import type { ApiVersion } from './methods.ts';

const keyRule: MessageRule = (key) =>
  key['asciiArmoredPgpPublicKey'] === undefined && key['pkixPublicKey'] === undefined
    ? 'has no key; give asciiArmoredPgpPublicKey or pkixPublicKey'
    : undefined;

const V1 = 'google.cloud.binaryauthorization.v1';
const BETA = 'google.cloud.binaryauthorization.v1beta1';

/** A name is input where no path gives it: in files. */
function marksOf(version: string, noteField: string): Readonly<Record<string, string>> {
  return {
    [`${version}.Policy`]: 'name., updateTime.',
    [`${version}.AdmissionWhitelistPattern`]: 'namePattern!',
    [`${version}.Attestor`]: `name., updateTime., ${noteField}!`,
    [`${version}.PkixPublicKey`]: 'publicKeyPem!, keyId string',
  };
}

const TABLE: MessageTable = {
  ...DEFINITION,
  package: V1,
  marks: {
    ...GRAFEAS_MARKS,
    ...marksOf(V1, 'userOwnedGrafeasNote'),
    ...marksOf(BETA, 'userOwnedDrydockNote'),
    [`${V1}.ValidateAttestationOccurrenceRequest`]: 'attestor.',
  },
  // No library here verifies it.
  enumMarks: {
    [`${V1}.PkixPublicKey.SignatureAlgorithm`]: '-ML_DSA_65',
    [`${BETA}.PkixPublicKey.SignatureAlgorithm`]: '-ML_DSA_65',
  },
  rules: { [`${V1}.AttestorPublicKey`]: keyRule, [`${BETA}.AttestorPublicKey`]: keyRule },
};

const BETA_TABLE: MessageTable = { ...TABLE, package: BETA };

/** The messages of Binary Authorization by version. */
export const BINAUTHZ_TABLES: Readonly<Record<ApiVersion, MessageTable>> = {
  v1: TABLE,
  v1beta1: BETA_TABLE,
  v1alpha2: BETA_TABLE,
};

/** What every version asks a validation with. */
export const VALIDATE_REQUEST = `${V1}.ValidateAttestationOccurrenceRequest`;
