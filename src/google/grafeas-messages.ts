/**
 * The messages of Grafeas v1 as data: which fields each has, of which type, and which are
 * required. Names, types and marks are those of grafeas/v1 (*.proto, field_behavior and
 * "Required." comments); see message-table.ts for the notation. Where a field is marked as output
 * there but a client is its only possible source here (a package's name, an image's base), it is
 * an input.
 */
import { PROVENANCE_MESSAGES } from './provenance-messages.ts';

/** Every message of Grafeas v1's notes and occurrences. */
export const GRAFEAS_MESSAGES: Readonly<Record<string, string>> = {
  ...PROVENANCE_MESSAGES,
  Note: `
    name string, shortDescription string, longDescription string, kind NoteKind,
    relatedUrl RelatedUrl[], expirationTime time, createTime time, updateTime time,
    relatedNoteNames string[], vulnerability VulnerabilityNote, build BuildNote,
    image ImageNote, package PackageNote, deployment DeploymentNote, discovery DiscoveryNote,
    attestation AttestationNote, upgrade UpgradeNote, compliance ComplianceNote,
    dsseAttestation DSSEAttestationNote, vulnerabilityAssessment VulnerabilityAssessmentNote,
    sbomReference SBOMReferenceNote, secret SecretNote`,
  RelatedUrl: `url string!, label string`,
  VulnerabilityNote: `
    cvssScore double, severity Severity, details VulnerabilityNote.Detail[], cvssV3 CVSSv3,
    windowsDetails VulnerabilityNote.WindowsDetail[], sourceUpdateTime time,
    cvssVersion CVSSVersion, cvssV2 CVSS, advisoryPublishTime time, cvssV4 CVSS`,
  ImageNote: `resourceUrl string!, fingerprint Fingerprint!`,
  PackageNote: `
    name string!, distribution Distribution[], packageType string, cpeUri string,
    architecture Architecture, version Version, maintainer string, url string,
    description string, license License, digest Digest[]`,
  DeploymentNote: `resourceUri string[]!`,
  DiscoveryNote: `analysisKind NoteKind!`,
  AttestationNote: `hint AttestationNote.Hint!`,
  UpgradeNote: `
    package string, version Version, distributions UpgradeDistribution[],
    windowsUpdate WindowsUpdate`,
  ComplianceNote: `
    title string, description string, version ComplianceVersion[], rationale string,
    remediation string, cisBenchmark ComplianceNote.CisBenchmark@compliance_type,
    scanInstructions bytes, impact string@potential_impact`,
  DSSEAttestationNote: `hint DSSEAttestationNote.DSSEHint!`,
  VulnerabilityAssessmentNote: `
    title string, shortDescription string, longDescription string, languageCode string,
    publisher VulnerabilityAssessmentNote.Publisher,
    product VulnerabilityAssessmentNote.Product,
    assessment VulnerabilityAssessmentNote.Assessment`,
  SBOMReferenceNote: `format string, version string`,
  SecretNote: '',
  'VulnerabilityNote.Detail': `
    severityName string, description string, packageType string, affectedCpeUri string!,
    affectedPackage string!, affectedVersionStart Version, affectedVersionEnd Version,
    fixedCpeUri string, fixedPackage string, fixedVersion Version, isObsolete bool,
    sourceUpdateTime time, source string, vendor string`,
  CVSSv3: `
    baseScore double, exploitabilityScore double, impactScore double,
    attackVector CVSSv3.AttackVector, attackComplexity CVSSv3.AttackComplexity,
    privilegesRequired CVSSv3.PrivilegesRequired, userInteraction CVSSv3.UserInteraction,
    scope CVSSv3.Scope, confidentialityImpact CVSSv3.Impact, integrityImpact CVSSv3.Impact,
    availabilityImpact CVSSv3.Impact`,
  'VulnerabilityNote.WindowsDetail': `
    cpeUri string!, name string!, description string,
    fixingKbs VulnerabilityNote.WindowsDetail.KnowledgeBase[]!`,
  CVSS: `
    baseScore double, exploitabilityScore double, impactScore double,
    attackVector CVSS.AttackVector, attackComplexity CVSS.AttackComplexity,
    authentication CVSS.Authentication, privilegesRequired CVSS.PrivilegesRequired,
    userInteraction CVSS.UserInteraction, scope CVSS.Scope, confidentialityImpact CVSS.Impact,
    integrityImpact CVSS.Impact, availabilityImpact CVSS.Impact,
    attackRequirements CVSS.AttackRequirements,
    vulnerableSystemConfidentialityImpact CVSS.Impact,
    vulnerableSystemIntegrityImpact CVSS.Impact, vulnerableSystemAvailabilityImpact CVSS.Impact,
    subsequentSystemConfidentialityImpact CVSS.Impact,
    subsequentSystemIntegrityImpact CVSS.Impact, subsequentSystemAvailabilityImpact CVSS.Impact,
    exploitMaturity CVSS.ExploitMaturity`,
  Fingerprint: `v1Name string!, v2Blob string[]!, v2Name string`,
  Distribution: `
    cpeUri string!, architecture Architecture, latestVersion Version, maintainer string,
    url string, description string`,
  Version: `
    epoch int32, name string, revision string, inclusive bool, kind Version.VersionKind!,
    fullName string`,
  License: `expression string, comments string`,
  Digest: `algo string, digestBytes bytes`,
  'AttestationNote.Hint': `humanReadableName string!`,
  UpgradeDistribution: `cpeUri string!, classification string, severity string, cve string[]`,
  WindowsUpdate: `
    identity WindowsUpdate.Identity!, title string, description string,
    categories WindowsUpdate.Category[], kbArticleIds string[], supportUrl string,
    lastPublishedTimestamp time`,
  ComplianceVersion: `cpeUri string, benchmarkDocument string, version string`,
  'ComplianceNote.CisBenchmark': `profileLevel int32, severity Severity`,
  'DSSEAttestationNote.DSSEHint': `humanReadableName string!`,
  'VulnerabilityAssessmentNote.Publisher': `
    name string, issuingAuthority string, publisherNamespace string`,
  'VulnerabilityAssessmentNote.Product': `name string, id string, genericUri string@identifier`,
  'VulnerabilityAssessmentNote.Assessment': `
    cve string, vulnerabilityId string, shortDescription string, longDescription string,
    relatedUris RelatedUrl[], state VulnerabilityAssessmentNote.Assessment.State,
    impacts string[], justification VulnerabilityAssessmentNote.Assessment.Justification,
    remediations VulnerabilityAssessmentNote.Assessment.Remediation[]`,
  'VulnerabilityNote.WindowsDetail.KnowledgeBase': `name string, url string`,
  'WindowsUpdate.Identity': `updateId string, revision int32`,
  'WindowsUpdate.Category': `categoryId string, name string`,
  'VulnerabilityAssessmentNote.Assessment.Justification': `
    justificationType VulnerabilityAssessmentNote.Assessment.Justification.JustificationType,
    details string`,
  'VulnerabilityAssessmentNote.Assessment.Remediation': `
    remediationType VulnerabilityAssessmentNote.Assessment.Remediation.RemediationType,
    details string, remediationUri RelatedUrl`,
  Occurrence: `
    name string, resourceUri string!, noteName string!, kind NoteKind, remediation string,
    createTime time, updateTime time, vulnerability VulnerabilityOccurrence,
    build BuildOccurrence, image ImageOccurrence, package PackageOccurrence,
    deployment DeploymentOccurrence, discovery DiscoveryOccurrence,
    attestation AttestationOccurrence, upgrade UpgradeOccurrence,
    compliance ComplianceOccurrence, dsseAttestation DSSEAttestationOccurrence,
    sbomReference SBOMReferenceOccurrence, secret SecretOccurrence, envelope refused`,
  VulnerabilityOccurrence: `
    type string, severity Severity^, cvssScore double^, cvssv3 CVSS,
    packageIssue VulnerabilityOccurrence.PackageIssue[]!, shortDescription string^,
    longDescription string^, relatedUrls RelatedUrl[]^, effectiveSeverity Severity,
    fixAvailable bool^, cvssVersion CVSSVersion^, cvssV2 CVSS,
    vexAssessment VulnerabilityOccurrence.VexAssessment, extraDetails string, risk Risk,
    cvssV4 CVSS`,
  ImageOccurrence: `
    fingerprint Fingerprint!, distance int32, layerInfo Layer[], baseResourceUrl string`,
  PackageOccurrence: `
    name string!, location Location[], packageType string, cpeUri string,
    architecture Architecture, license License, version Version`,
  DeploymentOccurrence: `
    userEmail string, deployTime time!, undeployTime time, config string, address string,
    resourceUri string[], platform DeploymentOccurrence.Platform`,
  DiscoveryOccurrence: `
    continuousAnalysis DiscoveryOccurrence.ContinuousAnalysis,
    analysisStatus DiscoveryOccurrence.AnalysisStatus,
    analysisCompleted DiscoveryOccurrence.AnalysisCompleted, analysisError Status[],
    analysisStatusError Status, cpe string, lastScanTime time, archiveTime time^,
    sbomStatus DiscoveryOccurrence.SBOMStatus,
    vulnerabilityAttestation DiscoveryOccurrence.VulnerabilityAttestation,
    files DiscoveryOccurrence.File[], lastVulnerabilityUpdateTime time`,
  AttestationOccurrence: `serializedPayload bytes!, signatures Signature[], jwts Jwt[]`,
  UpgradeOccurrence: `
    package string, parsedVersion Version, distribution UpgradeDistribution,
    windowsUpdate WindowsUpdate`,
  ComplianceOccurrence: `
    nonCompliantFiles NonCompliantFile[], nonComplianceReason string, version ComplianceVersion`,
  SecretOccurrence: `
    kind SecretKind!, locations SecretLocation[], statuses SecretStatus[], data json,
    digest Digest`,
  'VulnerabilityOccurrence.PackageIssue': `
    affectedCpeUri string!, affectedPackage string!, affectedVersion Version!,
    fixedCpeUri string, fixedPackage string, fixedVersion Version!, fixAvailable bool^,
    packageType string, effectiveSeverity Severity^, fileLocation FileLocation[]`,
  'VulnerabilityOccurrence.VexAssessment': `
    cve string, vulnerabilityId string, relatedUris RelatedUrl[], noteName string,
    state VulnerabilityAssessmentNote.Assessment.State, impacts string[],
    remediations VulnerabilityAssessmentNote.Assessment.Remediation[],
    justification VulnerabilityAssessmentNote.Assessment.Justification`,
  Risk: `cisaKev CISAKnownExploitedVulnerabilities, epss ExploitPredictionScoringSystem`,
  Layer: `directive string!, arguments string`,
  Location: `cpeUri string, version Version, path string`,
  'DiscoveryOccurrence.AnalysisCompleted': `analysisType string[]`,
  'DiscoveryOccurrence.SBOMStatus': `
    sbomState DiscoveryOccurrence.SBOMStatus.SBOMState, error string`,
  'DiscoveryOccurrence.VulnerabilityAttestation': `
    lastAttemptTime time,
    state DiscoveryOccurrence.VulnerabilityAttestation.VulnerabilityAttestationState,
    error string`,
  'DiscoveryOccurrence.File': `name string, digest string{}`,
  Signature: `signature bytes, publicKeyId string`,
  Jwt: `compactJwt string`,
  NonCompliantFile: `path string, displayCommand string, reason string`,
  SecretLocation: `fileLocation FileLocation@location`,
  SecretStatus: `status SecretStatus.Status, updateTime time, message string`,
  FileLocation: `filePath string, layerDetails LayerDetails, lineNumber int32`,
  CISAKnownExploitedVulnerabilities: `knownRansomwareCampaignUse string`,
  ExploitPredictionScoringSystem: `percentile double, score double`,
  LayerDetails: `
    index int32, diffId string, chainId string, command string, baseImages BaseImage[]`,
  BaseImage: `name string, repository string, layerCount int32, registry string`,
  Status: `code int32, message string, details json[]`,
};
