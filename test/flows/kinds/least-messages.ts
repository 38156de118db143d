/**
 * The least that a note and an occurrence of each kind may say: every field here is required, so
 * that taking any one away must be refused by its name. Source: the comments and annotations of
 * grafeas/v1 and Container Analysis' v1beta1 protos.
 */
import type { JsonObject } from '../../../src/domain/json.ts';
import type { NoteKind } from '../../../src/domain/note.ts';

/** The least detail of a kind. */
export type LeastMessages = Readonly<Partial<Record<NoteKind, JsonObject>>>;

const FINGERPRINT = { v1Name: 'sha256:a', v2Blob: ['sha256:b'] };
const HINT = { hint: { humanReadableName: 'built by us' } };
const MINIMUM = { kind: 'MINIMUM' };
const CPE = 'cpe:/o:debian:debian_linux:12';

/** Notes of v1. */
export const LEAST_NOTES: LeastMessages = {
  VULNERABILITY: {},
  BUILD: { builderVersion: '1.0' },
  IMAGE: { resourceUrl: 'https://registry.example/base', fingerprint: FINGERPRINT },
  PACKAGE: { name: 'openssl' },
  DEPLOYMENT: { resourceUri: ['https://registry.example/app'] },
  DISCOVERY: { analysisKind: 'VULNERABILITY' },
  ATTESTATION: HINT,
  UPGRADE: { package: 'openssl', version: MINIMUM },
  COMPLIANCE: {},
  DSSE_ATTESTATION: HINT,
  VULNERABILITY_ASSESSMENT: {},
  SBOM_REFERENCE: {},
  SECRET: {},
};

/** Occurrences of v1; an assessment is a note only. */
export const LEAST_OCCURRENCES: LeastMessages = {
  VULNERABILITY: {
    packageIssue: [
      {
        affectedCpeUri: CPE,
        affectedPackage: 'openssl',
        affectedVersion: MINIMUM,
        fixedVersion: { kind: 'MAXIMUM' },
      },
    ],
  },
  BUILD: {},
  IMAGE: { fingerprint: FINGERPRINT },
  PACKAGE: { name: 'openssl' },
  DEPLOYMENT: { deployTime: '2026-11-20T17:19:14.000000Z' },
  DISCOVERY: {},
  ATTESTATION: { serializedPayload: 'AAAA' },
  UPGRADE: { package: 'openssl', parsedVersion: MINIMUM },
  COMPLIANCE: {},
  DSSE_ATTESTATION: {},
  SBOM_REFERENCE: {},
  SECRET: { kind: 'SECRET_KIND_GCP_API_KEY' },
};

/** Notes of v1beta1. */
export const LEAST_BETA_NOTES: LeastMessages = {
  VULNERABILITY: {},
  BUILD: { builderVersion: '1.0' },
  IMAGE: { resourceUrl: 'https://registry.example/base', fingerprint: FINGERPRINT },
  PACKAGE: { name: 'openssl' },
  DEPLOYMENT: { resourceUri: ['https://registry.example/app'] },
  DISCOVERY: { analysisKind: 'VULNERABILITY' },
  ATTESTATION: HINT,
  VULNERABILITY_ASSESSMENT: {},
  SBOM_REFERENCE: {},
};

/** Occurrences of v1beta1. */
export const LEAST_BETA_OCCURRENCES: LeastMessages = {
  VULNERABILITY: {
    packageIssue: [{ affectedLocation: { cpeUri: CPE, package: 'openssl', version: MINIMUM } }],
  },
  BUILD: {},
  IMAGE: { derivedImage: { fingerprint: FINGERPRINT } },
  PACKAGE: { installation: { name: 'openssl' } },
  DEPLOYMENT: { deployment: { deployTime: '2026-11-20T17:19:14.000000Z' } },
  DISCOVERY: { discovered: {} },
  ATTESTATION: { attestation: { pgpSignedAttestation: { signature: 'a', pgpKeyId: 'AB' } } },
  SBOM_REFERENCE: {},
};
