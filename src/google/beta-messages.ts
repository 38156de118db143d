/**
 * The messages of Grafeas v1beta1 as data: those of v1 with what differs replaced. Source:
 * Container Analysis' v1beta1 protos. Fields that only newer revisions of v1beta1 have are
 * accepted as in v1; `refused` ones have no place in v1, which is what is kept.
 */
import { GRAFEAS_ENUMS } from './grafeas-enums.ts';
import { GRAFEAS_MESSAGES } from './grafeas-messages.ts';

/** Every message of v1beta1's notes and occurrences. */
export const BETA_MESSAGES: Readonly<Record<string, string>> = {
  ...GRAFEAS_MESSAGES,
  Note: `
    name string, shortDescription string, longDescription string, kind NoteKind,
    relatedUrl RelatedUrl[], expirationTime time, createTime time, updateTime time,
    relatedNoteNames string[], vulnerability VulnerabilityNote, build BuildNote,
    baseImage ImageNote, package PackageNote, deployable DeploymentNote, discovery DiscoveryNote,
    attestationAuthority AttestationNote, vulnerabilityAssessment VulnerabilityAssessmentNote,
    sbomReference SBOMReferenceNote`,
  BuildNote: `builderVersion string!, signature refused`,
  'VulnerabilityNote.Detail': `
    cpeUri string!, package string!, minAffectedVersion Version, maxAffectedVersion Version,
    severityName string, description string, fixedLocation VulnerabilityLocation,
    packageType string, isObsolete bool, sourceUpdateTime time, source string, vendor string`,
  VulnerabilityLocation: `cpeUri string!, package string!, version Version!`,
  Occurrence: `
    name string, resource Resource!, noteName string!, kind NoteKind, remediation string,
    createTime time, updateTime time, vulnerability VulnerabilityOccurrence, build BuildOccurrence,
    derivedImage DerivedImageDetails, installation InstallationDetails,
    deployment DeploymentDetails, discovered DiscoveredDetails, attestation AttestationDetails,
    sbomReference SBOMReferenceOccurrence, envelope refused`,
  Resource: `name refused, uri string!, contentHash refused`,
  VulnerabilityOccurrence: `
    type string, severity Severity^, cvssScore double^, cvssV3 CVSS,
    packageIssue VulnerabilityOccurrence.PackageIssue[]!, shortDescription string^,
    longDescription string^, relatedUrls RelatedUrl[]^, effectiveSeverity Severity,
    cvssVersion CVSSVersion^, cvssV2 CVSS, vexAssessment VulnerabilityOccurrence.VexAssessment,
    extraDetails string`,
  'VulnerabilityOccurrence.PackageIssue': `
    affectedLocation VulnerabilityLocation!, fixedLocation VulnerabilityLocation,
    severityName refused, packageType string, effectiveSeverity Severity^`,
  DerivedImageDetails: `derivedImage ImageOccurrence!`,
  Layer: `directive Layer.Directive!, arguments string`,
  Location: `cpeUri string!, version Version, path string`,
  InstallationDetails: `installation PackageOccurrence!`,
  DeploymentDetails: `deployment DeploymentOccurrence!`,
  DiscoveredDetails: `discovered DiscoveryOccurrence!`,
  DiscoveryOccurrence: `${GRAFEAS_MESSAGES['DiscoveryOccurrence']}, lastAnalysisTime refused`,
  Hash: `type Hash.HashType!, value bytes!`,
  AttestationDetails: `attestation Attestation!`,
  Attestation: `
    pgpSignedAttestation PgpSignedAttestation@signature,
    genericSignedAttestation GenericSignedAttestation@signature`,
  PgpSignedAttestation: `signature string!, contentType ContentType, pgpKeyId string!`,
  GenericSignedAttestation: `
    contentType ContentType, serializedPayload bytes!, signatures Signature[]`,
};

/** Every enum of v1beta1's notes and occurrences. */
export const BETA_ENUMS: Readonly<Record<string, string>> = {
  ...GRAFEAS_ENUMS,
  // 8 to 12 are v1beta1's own kinds, which have no counterpart in v1.
  NoteKind: `
    NOTE_KIND_UNSPECIFIED VULNERABILITY BUILD IMAGE PACKAGE DEPLOYMENT DISCOVERY ATTESTATION
    - - - - - VULNERABILITY_ASSESSMENT SBOM_REFERENCE`,
  'Layer.Directive': `
    DIRECTIVE_UNSPECIFIED MAINTAINER RUN CMD LABEL EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER
    WORKDIR ARG ONBUILD STOPSIGNAL HEALTHCHECK SHELL`,
  'Hash.HashType': 'HASH_TYPE_UNSPECIFIED SHA256',
  ContentType: 'CONTENT_TYPE_UNSPECIFIED SIMPLE_SIGNING_JSON',
};
