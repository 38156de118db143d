/**
 * Grafeas v1's messages about how something was built: build provenance, in-toto statements, SLSA
 * and SBOM references. The same notation and source as grafeas-messages.ts.
 */

/** Build, in-toto, SLSA, DSSE and SBOM reference messages. */
export const PROVENANCE_MESSAGES: Readonly<Record<string, string>> = {
  BuildNote: `builderVersion string!`,
  BuildOccurrence: `
    provenance BuildProvenance, provenanceBytes string, intotoProvenance InTotoProvenance,
    intotoStatement InTotoStatement, inTotoSlsaProvenanceV1 InTotoSlsaProvenanceV1`,
  DSSEAttestationOccurrence: `envelope Envelope, statement InTotoStatement@decoded_payload`,
  SBOMReferenceOccurrence: `
    payload SbomReferenceIntotoPayload, payloadType string, signatures EnvelopeSignature[]`,
  BuildProvenance: `
    id string!, projectId string, commands Command[], builtArtifacts Artifact[],
    createTime time, startTime time, endTime time, creator string, logsUri string,
    sourceProvenance Source, triggerId string, buildOptions string{}, builderVersion string`,
  InTotoProvenance: `
    builderConfig BuilderConfig, recipe Recipe, metadata Metadata, materials string[]`,
  InTotoStatement: `
    _type string, subject Subject[], predicateType string,
    provenance InTotoProvenance@predicate, slsaProvenance SlsaProvenance@predicate,
    slsaProvenanceZeroTwo SlsaProvenanceZeroTwo@predicate`,
  InTotoSlsaProvenanceV1: `
    _type string, subject Subject[], predicateType string,
    predicate InTotoSlsaProvenanceV1.SlsaProvenanceV1`,
  Envelope: `payload bytes, payloadType string, signatures EnvelopeSignature[]`,
  SbomReferenceIntotoPayload: `
    _type string, predicateType string, subject Subject[],
    predicate SbomReferenceIntotoPredicate`,
  EnvelopeSignature: `sig bytes, keyid string`,
  Command: `name string!, env string[], args string[], dir string, id string, waitFor string[]`,
  Artifact: `checksum string, id string, names string[]`,
  Source: `
    artifactStorageSourceUri string, fileHashes FileHashes{}, context SourceContext,
    additionalContexts SourceContext[]`,
  BuilderConfig: `id string`,
  Recipe: `
    type string, definedInMaterial int64, entryPoint string, arguments json[],
    environment json[]`,
  Metadata: `
    buildInvocationId string, buildStartedOn time, buildFinishedOn time,
    completeness Completeness, reproducible bool`,
  Subject: `name string, digest string{}`,
  SlsaProvenance: `
    builder SlsaProvenance.SlsaBuilder, recipe SlsaProvenance.SlsaRecipe,
    metadata SlsaProvenance.SlsaMetadata, materials SlsaProvenance.Material[]`,
  SlsaProvenanceZeroTwo: `
    builder SlsaProvenanceZeroTwo.SlsaBuilder, buildType string,
    invocation SlsaProvenanceZeroTwo.SlsaInvocation, buildConfig json,
    metadata SlsaProvenanceZeroTwo.SlsaMetadata, materials SlsaProvenanceZeroTwo.SlsaMaterial[]`,
  'InTotoSlsaProvenanceV1.SlsaProvenanceV1': `
    buildDefinition InTotoSlsaProvenanceV1.BuildDefinition,
    runDetails InTotoSlsaProvenanceV1.RunDetails`,
  SbomReferenceIntotoPredicate: `
    referrerId string, location string, mimeType string, digest string{}`,
  FileHashes: `fileHash Hash[]!`,
  SourceContext: `
    cloudRepo CloudRepoSourceContext@context, gerrit GerritSourceContext@context,
    git GitSourceContext@context, labels string{}`,
  Completeness: `arguments bool, environment bool, materials bool`,
  'SlsaProvenance.SlsaBuilder': `id string`,
  'SlsaProvenance.SlsaRecipe': `
    type string, definedInMaterial int64, entryPoint string, arguments json, environment json`,
  'SlsaProvenance.SlsaMetadata': `
    buildInvocationId string, buildStartedOn time, buildFinishedOn time,
    completeness SlsaProvenance.SlsaCompleteness, reproducible bool`,
  'SlsaProvenance.Material': `uri string, digest string{}`,
  'SlsaProvenanceZeroTwo.SlsaBuilder': `id string`,
  'SlsaProvenanceZeroTwo.SlsaInvocation': `
    configSource SlsaProvenanceZeroTwo.SlsaConfigSource, parameters json, environment json`,
  'SlsaProvenanceZeroTwo.SlsaMetadata': `
    buildInvocationId string, buildStartedOn time, buildFinishedOn time,
    completeness SlsaProvenanceZeroTwo.SlsaCompleteness, reproducible bool`,
  'SlsaProvenanceZeroTwo.SlsaMaterial': `uri string, digest string{}`,
  'InTotoSlsaProvenanceV1.BuildDefinition': `
    buildType string, externalParameters json, internalParameters json,
    resolvedDependencies InTotoSlsaProvenanceV1.ResourceDescriptor[]`,
  'InTotoSlsaProvenanceV1.RunDetails': `
    builder InTotoSlsaProvenanceV1.ProvenanceBuilder,
    metadata InTotoSlsaProvenanceV1.BuildMetadata,
    byproducts InTotoSlsaProvenanceV1.ResourceDescriptor[]`,
  Hash: `type string!, value bytes!`,
  CloudRepoSourceContext: `
    repoId RepoId, revisionId string@revision, aliasContext AliasContext@revision`,
  GerritSourceContext: `
    hostUri string, gerritProject string, revisionId string@revision,
    aliasContext AliasContext@revision`,
  GitSourceContext: `url string, revisionId string`,
  'SlsaProvenance.SlsaCompleteness': `arguments bool, environment bool, materials bool`,
  'SlsaProvenanceZeroTwo.SlsaConfigSource': `uri string, digest string{}, entryPoint string`,
  'SlsaProvenanceZeroTwo.SlsaCompleteness': `parameters bool, environment bool, materials bool`,
  'InTotoSlsaProvenanceV1.ResourceDescriptor': `
    name string, uri string, digest string{}, content bytes, downloadLocation string,
    mediaType string, annotations json{}`,
  'InTotoSlsaProvenanceV1.ProvenanceBuilder': `
    id string, version string{}, builderDependencies InTotoSlsaProvenanceV1.ResourceDescriptor[]`,
  'InTotoSlsaProvenanceV1.BuildMetadata': `invocationId string, startedOn time, finishedOn time`,
  RepoId: `projectRepoId ProjectRepoId@id, uid string@id`,
  AliasContext: `kind AliasContext.Kind, name string`,
  ProjectRepoId: `projectId string, repoName string`,
};
