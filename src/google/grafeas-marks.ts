/**
 * What the descriptors of Grafeas v1 do not say of their fields, message by message: what only a
 * comment there calls required, what the server fills in, and what is not kept here. Notation:
 * message-table.ts. Where a field is output by its annotation but a client is its only possible
 * source here (what a package is), it is an input.
 */

/** Marks on the messages of grafeas.v1. */
export const GRAFEAS_MARKS: Readonly<Record<string, string>> = {
  'grafeas.v1.Occurrence': 'resourceUri!, noteName!',
  'grafeas.v1.RelatedUrl': 'url!',
  'grafeas.v1.VulnerabilityNote.Detail': 'affectedCpeUri!, affectedPackage!',
  'grafeas.v1.VulnerabilityNote.WindowsDetail': 'cpeUri!, name!, fixingKbs!',
  'grafeas.v1.VulnerabilityOccurrence': `
    packageIssue!, severity^, cvssScore^, shortDescription^, longDescription^, relatedUrls^,
    fixAvailable^, cvssVersion^`,
  'grafeas.v1.VulnerabilityOccurrence.PackageIssue': `
    affectedCpeUri!, affectedPackage!, affectedVersion!, fixedVersion!, fixAvailable^`,
  'grafeas.v1.Version': 'kind!',
  'grafeas.v1.BuildNote': 'builderVersion!',
  'grafeas.v1.BuildProvenance': 'id!',
  'grafeas.v1.Command': 'name!',
  'grafeas.v1.FileHashes': 'fileHash!',
  'grafeas.v1.Hash': 'type!, value!',
  'grafeas.v1.ImageNote': 'resourceUrl!, fingerprint!',
  'grafeas.v1.ImageOccurrence': 'fingerprint!',
  'grafeas.v1.Fingerprint': 'v1Name!, v2Blob!',
  'grafeas.v1.Layer': 'directive!',
  'grafeas.v1.PackageOccurrence': 'packageType., cpeUri., architecture., version.',
  'grafeas.v1.DeploymentNote': 'resourceUri!',
  'grafeas.v1.DeploymentOccurrence': 'deployTime!',
  'grafeas.v1.DiscoveryNote': 'analysisKind!',
  'grafeas.v1.AttestationNote': 'hint!',
  'grafeas.v1.AttestationNote.Hint': 'humanReadableName!',
  'grafeas.v1.DSSEAttestationNote': 'hint!',
  'grafeas.v1.DSSEAttestationNote.DSSEHint': 'humanReadableName!',
  'grafeas.v1.UpgradeDistribution': 'cpeUri!',
  'grafeas.v1.WindowsUpdate': 'identity!',
};
