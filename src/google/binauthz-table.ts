/**
 * The messages of Binary Authorization as data, and the table of each version: v1beta1 and v1alpha2
 * differ from v1 only in the name of an attestor's note field. Notation: message-table.ts; source:
 * google/cloud/binaryauthorization: resources.proto and service.proto.
 */
import type { JsonObject } from '../domain/json.ts';
import { GRAFEAS_MESSAGES } from './grafeas-messages.ts';
import type { MessageTable } from './message-table.ts';
import type { ApiVersion } from './methods.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  Policy: `
    name string, description string, globalPolicyEvaluationMode GlobalPolicyEvaluationMode,
    admissionWhitelistPatterns AdmissionWhitelistPattern[], defaultAdmissionRule AdmissionRule!,
    clusterAdmissionRules AdmissionRule{}, kubernetesNamespaceAdmissionRules AdmissionRule{},
    kubernetesServiceAccountAdmissionRules AdmissionRule{},
    istioServiceIdentityAdmissionRules AdmissionRule{}, etag string, updateTime time`,
  AdmissionWhitelistPattern: `namePattern string!`,
  AdmissionRule: `
    evaluationMode EvaluationMode!, enforcementMode EnforcementMode!,
    requireAttestationsBy string[]`,
  Attestor: `
    name string, description string, userOwnedGrafeasNote UserOwnedNote!, etag string,
    updateTime time`,
  UserOwnedNote: `
    noteReference string!, publicKeys AttestorPublicKey[], delegationServiceAccountEmail string^`,
  AttestorPublicKey: `
    comment string, id string, asciiArmoredPgpPublicKey string@public_key,
    pkixPublicKey PkixPublicKey@public_key`,
  PkixPublicKey: `publicKeyPem string!, signatureAlgorithm SignatureAlgorithm!, keyId string`,
  ValidateAttestationOccurrenceRequest: `
    attestor string, attestation AttestationOccurrence!, occurrenceNote string!,
    occurrenceResourceUri string!`,
  AttestationOccurrence: `${GRAFEAS_MESSAGES['AttestationOccurrence']}`,
  Signature: `${GRAFEAS_MESSAGES['Signature']}`,
  Jwt: `${GRAFEAS_MESSAGES['Jwt']}`,
};

const ENUMS: Readonly<Record<string, string>> = {
  GlobalPolicyEvaluationMode: 'GLOBAL_POLICY_EVALUATION_MODE_UNSPECIFIED ENABLE DISABLE',
  EvaluationMode: 'EVALUATION_MODE_UNSPECIFIED ALWAYS_ALLOW REQUIRE_ATTESTATION ALWAYS_DENY',
  EnforcementMode: `
    ENFORCEMENT_MODE_UNSPECIFIED ENFORCED_BLOCK_AND_AUDIT_LOG DRYRUN_AUDIT_LOG_ONLY`,
  SignatureAlgorithm: `
    SIGNATURE_ALGORITHM_UNSPECIFIED RSA_PSS_2048_SHA256=RSA_SIGN_PSS_2048_SHA256
    RSA_PSS_3072_SHA256=RSA_SIGN_PSS_3072_SHA256 RSA_PSS_4096_SHA256=RSA_SIGN_PSS_4096_SHA256
    RSA_PSS_4096_SHA512=RSA_SIGN_PSS_4096_SHA512 RSA_SIGN_PKCS1_2048_SHA256
    RSA_SIGN_PKCS1_3072_SHA256 RSA_SIGN_PKCS1_4096_SHA256 RSA_SIGN_PKCS1_4096_SHA512
    ECDSA_P256_SHA256=EC_SIGN_P256_SHA256 ECDSA_P384_SHA384=EC_SIGN_P384_SHA384
    ECDSA_P521_SHA512=EC_SIGN_P521_SHA512`,
};

const RULES: MessageTable['rules'] = {
  AttestorPublicKey: (key: JsonObject) =>
    key['asciiArmoredPgpPublicKey'] === undefined && key['pkixPublicKey'] === undefined
      ? 'has no key; give asciiArmoredPgpPublicKey or pkixPublicKey'
      : undefined,
};

const V1: MessageTable = { messages: MESSAGES, enums: ENUMS, rules: RULES };
const BETA: MessageTable = {
  ...V1,
  messages: {
    ...MESSAGES,
    Attestor: `
      name string, description string, userOwnedDrydockNote UserOwnedNote!, etag string,
      updateTime time`,
  },
};

/** The messages of Binary Authorization by version. */
export const BINAUTHZ_TABLES: Readonly<Record<ApiVersion, MessageTable>> = {
  v1: V1,
  v1beta1: BETA,
  v1alpha2: BETA,
};
