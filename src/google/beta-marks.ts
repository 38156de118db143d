/**
 * What the descriptors of Grafeas v1beta1 do not say, as grafeas-marks.ts does for v1, and the
 * fields that newer revisions of v1beta1 have and google-proto-files lacks; they are of v1's types.
 * What has no place in v1, which is what is kept, is refused. Source of the newer fields: the REST
 * reference of Container Analysis v1beta1.
 */

/** v1beta1's own kinds, which v1 has no place for. */
const BETA_ONLY = `
  intoto refused, sbom refused, spdxPackage refused, spdxFile refused, spdxRelationship refused`;

/** Marks on the messages of grafeas.v1beta1. */
export const BETA_MARKS: Readonly<Record<string, string>> = {
  'grafeas.v1beta1.Note': `
    vulnerabilityAssessment grafeas.v1.VulnerabilityAssessmentNote,
    sbomReference grafeas.v1.SBOMReferenceNote, ${BETA_ONLY}`,
  'grafeas.v1beta1.Occurrence': `
    resource!, noteName!, sbomReference grafeas.v1.SBOMReferenceOccurrence,
    envelope grafeas.v1.Envelope, ${BETA_ONLY}`,
  'grafeas.v1beta1.RelatedUrl': 'url!',
  'grafeas.v1beta1.Resource': 'uri!, name~, contentHash~',
  'grafeas.v1beta1.vulnerability.Vulnerability': `
    cvssVersion grafeas.v1.CVSSVersion, cvssV2 grafeas.v1.CVSS, advisoryPublishTime time,
    cvssV4 grafeas.v1.CVSS`,
  'grafeas.v1beta1.vulnerability.Vulnerability.Detail': `
    cpeUri!, package!, source string, vendor string`,
  'grafeas.v1beta1.vulnerability.Vulnerability.WindowsDetail': 'cpeUri!, name!, fixingKbs!',
  'grafeas.v1beta1.vulnerability.VulnerabilityLocation': 'cpeUri!, package!, version!',
  'grafeas.v1beta1.vulnerability.Details': `
    packageIssue!, severity^, cvssScore^, shortDescription^, longDescription^, relatedUrls^,
    cvssVersion grafeas.v1.CVSSVersion^, cvssV2 grafeas.v1.CVSS, cvssV3 grafeas.v1.CVSS,
    vexAssessment grafeas.v1.VulnerabilityOccurrence.VexAssessment, extraDetails string`,
  'grafeas.v1beta1.vulnerability.PackageIssue': `
    affectedLocation!, severityName~, packageType string, effectiveSeverity grafeas.v1.Severity^`,
  'grafeas.v1beta1.package.Version': 'kind!, inclusive bool, fullName string',
  'grafeas.v1beta1.package.Package': `
    name!, packageType string, cpeUri string, architecture grafeas.v1beta1.package.Architecture,
    version grafeas.v1beta1.package.Version, maintainer string, url string, description string,
    license grafeas.v1.License, digest grafeas.v1.Digest[]`,
  'grafeas.v1beta1.package.Distribution': 'cpeUri!',
  'grafeas.v1beta1.package.Location': 'cpeUri!',
  'grafeas.v1beta1.package.Installation': `
    name!, packageType string, cpeUri string, architecture grafeas.v1beta1.package.Architecture,
    license grafeas.v1.License, version grafeas.v1beta1.package.Version`,
  'grafeas.v1beta1.package.Details': 'installation!',
  'grafeas.v1beta1.build.Build': 'builderVersion!, signature~',
  'grafeas.v1beta1.build.Details': `
    intotoProvenance grafeas.v1.InTotoProvenance, intotoStatement grafeas.v1.InTotoStatement,
    inTotoSlsaProvenanceV1 grafeas.v1.InTotoSlsaProvenanceV1`,
  'grafeas.v1beta1.provenance.BuildProvenance': 'id!',
  'grafeas.v1beta1.provenance.Command': 'name!',
  'grafeas.v1beta1.provenance.FileHashes': 'fileHash!',
  'grafeas.v1beta1.provenance.Hash': 'type!, value!',
  'grafeas.v1beta1.image.Basis': 'resourceUrl!, fingerprint!',
  'grafeas.v1beta1.image.Derived': 'fingerprint!',
  'grafeas.v1beta1.image.Details': 'derivedImage!',
  'grafeas.v1beta1.image.Fingerprint': 'v1Name!, v2Blob!',
  'grafeas.v1beta1.image.Layer': 'directive!',
  'grafeas.v1beta1.deployment.Deployable': 'resourceUri!',
  'grafeas.v1beta1.deployment.Deployment': 'deployTime!',
  'grafeas.v1beta1.deployment.Details': 'deployment!',
  'grafeas.v1beta1.discovery.Discovery': 'analysisKind!',
  'grafeas.v1beta1.discovery.Details': 'discovered!',
  'grafeas.v1beta1.discovery.Discovered': `
    analysisCompleted grafeas.v1.DiscoveryOccurrence.AnalysisCompleted,
    analysisError google.rpc.Status[], cpe string, lastScanTime time, archiveTime time^,
    sbomStatus grafeas.v1.DiscoveryOccurrence.SBOMStatus,
    vulnerabilityAttestation grafeas.v1.DiscoveryOccurrence.VulnerabilityAttestation,
    files grafeas.v1.DiscoveryOccurrence.File[], lastVulnerabilityUpdateTime time,
    lastAnalysisTime~`,
  'grafeas.v1beta1.attestation.Authority': 'hint!',
  'grafeas.v1beta1.attestation.Authority.Hint': 'humanReadableName!',
  'grafeas.v1beta1.attestation.Details': 'attestation!',
  'grafeas.v1beta1.attestation.PgpSignedAttestation': 'signature!, pgpKeyId!',
  'grafeas.v1beta1.attestation.GenericSignedAttestation': 'serializedPayload!',
};

const NO_KIND = 'is of a kind that only v1beta1 has, and is not kept';

/** What is said of v1beta1's own kinds. */
export const BETA_REFUSALS: Readonly<Record<string, string>> = {
  intoto: `${NO_KIND}; give build.intotoStatement of a BUILD, or a DSSE_ATTESTATION by v1`,
  sbom: `${NO_KIND}; give sbomReference, which says where the SBOM is`,
  spdxPackage: `${NO_KIND}; give installation, or sbomReference for the whole SBOM`,
  spdxFile: `${NO_KIND}; give sbomReference, which says where the SBOM is`,
  spdxRelationship: `${NO_KIND}; give sbomReference, which says where the SBOM is`,
};

/** Names that newer revisions of v1beta1's enums have, `NUMBER:NAME`. */
export const BETA_ENUM_MARKS: Readonly<Record<string, string>> = {
  'grafeas.v1beta1.NoteKind': '13:VULNERABILITY_ASSESSMENT 14:SBOM_REFERENCE',
  'grafeas.v1beta1.discovery.Discovered.AnalysisStatus': '3:COMPLETE',
};
