/**
 * What the descriptors do not say of a method: whether it is served here, and the permission that
 * it needs, by the name in Google's IAM reference. `*` in a permission is the collection of the
 * resource (`notes`, `policy` …); an empty one: none is needed.
 */

const NOTES = 'containeranalysis.notes';
const OCCURRENCES = 'containeranalysis.occurrences';
const ANY = 'containeranalysis.*';
const POLICY = 'binaryauthorization.policy';
const ATTESTORS = 'binaryauthorization.attestors';
const REGISTRY = 'artifactregistry';

const SUMMARY = { GetVulnerabilityOccurrencesSummary: `${OCCURRENCES}.list` } as const;

const GRAFEAS = {
  ...SUMMARY,
  CreateNote: `${NOTES}.create`,
  BatchCreateNotes: `${NOTES}.create`,
  GetNote: `${NOTES}.get`,
  ListNotes: `${NOTES}.list`,
  UpdateNote: `${NOTES}.update`,
  DeleteNote: `${NOTES}.delete`,
  ListNoteOccurrences: `${NOTES}.listOccurrences`,
  CreateOccurrence: `${OCCURRENCES}.create`,
  BatchCreateOccurrences: `${OCCURRENCES}.create`,
  GetOccurrence: `${OCCURRENCES}.get`,
  ListOccurrences: `${OCCURRENCES}.list`,
  UpdateOccurrence: `${OCCURRENCES}.update`,
  DeleteOccurrence: `${OCCURRENCES}.delete`,
  GetOccurrenceNote: `${OCCURRENCES}.get`,
} as const;

const CONTAINER_ANALYSIS = {
  ...SUMMARY,
  GetIamPolicy: `${ANY}.getIamPolicy`,
  SetIamPolicy: `${ANY}.setIamPolicy`,
  TestIamPermissions: '',
  GeneratePackagesSummary: `${OCCURRENCES}.list`,
} as const;

const BINAUTHZ = {
  GetPolicy: `${POLICY}.get`,
  UpdatePolicy: `${POLICY}.update`,
  CreateAttestor: `${ATTESTORS}.create`,
  GetAttestor: `${ATTESTORS}.get`,
  UpdateAttestor: `${ATTESTORS}.update`,
  ListAttestors: `${ATTESTORS}.list`,
  DeleteAttestor: `${ATTESTORS}.delete`,
  GetSystemPolicy: `${POLICY}.get`,
  ValidateAttestationOccurrence: `${ATTESTORS}.verifyImageAttested`,
} as const;

const IAM = {
  GetIamPolicy: 'binaryauthorization.*.getIamPolicy',
  SetIamPolicy: 'binaryauthorization.*.setIamPolicy',
  TestIamPermissions: '',
} as const;

const ARTIFACT_REGISTRY = {
  GetRepository: `${REGISTRY}.repositories.get`,
  ListRepositories: `${REGISTRY}.repositories.list`,
  GetDockerImage: `${REGISTRY}.dockerimages.get`,
  ListDockerImages: `${REGISTRY}.dockerimages.list`,
  GetPackage: `${REGISTRY}.packages.get`,
  ListPackages: `${REGISTRY}.packages.list`,
  GetVersion: `${REGISTRY}.versions.get`,
  ListVersions: `${REGISTRY}.versions.list`,
  GetTag: `${REGISTRY}.tags.get`,
  ListTags: `${REGISTRY}.tags.list`,
  GetProjectSettings: `${REGISTRY}.projectsettings.get`,
} as const;

const SERVICE_USAGE = {
  GetService: 'serviceusage.services.get',
  ListServices: 'serviceusage.services.list',
  EnableService: 'serviceusage.services.enable',
  BatchEnableServices: 'serviceusage.services.enable',
  BatchGetServices: 'serviceusage.services.get',
} as const;

const OPERATIONS = { GetOperation: '' } as const;

/** What a method does, whatever the version: the key that handlers are found by. */
export type MethodName =
  | keyof typeof GRAFEAS
  | keyof typeof CONTAINER_ANALYSIS
  | keyof typeof BINAUTHZ
  | keyof typeof IAM
  | keyof typeof ARTIFACT_REGISTRY
  | keyof typeof SERVICE_USAGE
  | keyof typeof OPERATIONS;

/** Services that belong together. */
export interface ServiceFamily {
  /** Full names begin with it. */
  readonly package: string;
  /** The methods that are served, with their permissions. */
  readonly served: Readonly<Record<string, string>>;
  /** With and without a location a name means one resource. */
  readonly located: boolean;
}

/** The families of the services in the descriptors, each found by its package. */
export const SERVICE_FAMILIES: readonly ServiceFamily[] = [
  { package: 'grafeas.', served: GRAFEAS, located: true },
  { package: 'google.devtools.containeranalysis.', served: CONTAINER_ANALYSIS, located: true },
  { package: 'google.cloud.binaryauthorization.', served: BINAUTHZ, located: false },
  { package: 'google.iam.', served: IAM, located: false },
  { package: 'google.devtools.artifactregistry.', served: ARTIFACT_REGISTRY, located: false },
  { package: 'google.api.serviceusage.', served: SERVICE_USAGE, located: false },
  { package: 'google.longrunning.', served: OPERATIONS, located: false },
];

/** Binary Authorization's bindings of google.iam.v1.IAMPolicy, from its service configuration. */
export const IAM_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  GetIamPolicy: iamBindings('GET', 'getIamPolicy'),
  SetIamPolicy: iamBindings('POST', 'setIamPolicy'),
  TestIamPermissions: iamBindings('POST', 'testIamPermissions'),
};

function iamBindings(verb: string, name: string): readonly string[] {
  const body = verb === 'GET' ? '' : ' *';
  const resources = ['projects/*/policy', 'projects/*/attestors/*'];
  return ['v1', 'v1beta1', 'v1alpha2'].flatMap((version) =>
    resources.map((resource) => `${verb} /${version}/{resource=${resource}}:${name}${body}`),
  );
}

/** APIs that no descriptor of ours has, by the paths that gcloud calls: left for later by name. */
export const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/projects\/[^/]+\/platforms(\/|$)/, 'platform policies'],
  [/^\/v1alpha2\/projects\/[^/]+\/continuousValidationConfig(:|$)/, 'continuous validation'],
  [
    /^\/v1(beta1)?\/projects\/[^/]+\/locations\/[^/]+\/(scans|operations)([:/]|$)/,
    'on-demand scanning',
  ],
  [/^\/v1\/projects\/[^/]+\/locations\/[^/]+\/keyRings(\/|$)/, 'key management (KMS)'],
];
