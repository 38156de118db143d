/**
 * Permissions and the roles that hold them, in one table: what is asked for, what a token, a grant
 * or an IAM policy gives. Names and contents of `roles/…` are those of Google's public reference
 * (cloud.google.com/iam/docs/roles-permissions/containeranalysis, /binaryauthorization,
 * /artifactregistry, /serviceusage), cut to the permissions that something here asks for.
 */
import { AssayError } from './error.ts';

/**
 * Our own roles. The first three include those before them; `agent` may only ask for admission,
 * `notifier` only tell of pushes.
 */
export const BASIC_ROLES = ['viewer', 'editor', 'admin', 'agent', 'notifier'] as const;

/** A role of our own, with a short name. */
export type BasicRole = (typeof BASIC_ROLES)[number];

/** Roles of programs, which no role but admin includes. */
const SINGLE: ReadonlySet<BasicRole> = new Set(['agent', 'notifier']);

/** The least of our own roles for each permission; the names are Google's where Google has one. */
export const PERMISSIONS = {
  'containeranalysis.notes.get': 'viewer',
  'containeranalysis.notes.list': 'viewer',
  'containeranalysis.notes.listOccurrences': 'viewer',
  'containeranalysis.notes.create': 'editor',
  'containeranalysis.notes.update': 'editor',
  'containeranalysis.notes.delete': 'editor',
  'containeranalysis.notes.attachOccurrence': 'editor',
  'containeranalysis.notes.getIamPolicy': 'viewer',
  'containeranalysis.notes.setIamPolicy': 'admin',
  'containeranalysis.occurrences.get': 'viewer',
  'containeranalysis.occurrences.list': 'viewer',
  'containeranalysis.occurrences.create': 'editor',
  'containeranalysis.occurrences.update': 'editor',
  'containeranalysis.occurrences.delete': 'editor',
  'containeranalysis.occurrences.getIamPolicy': 'viewer',
  'containeranalysis.occurrences.setIamPolicy': 'admin',
  'binaryauthorization.policy.get': 'viewer',
  'binaryauthorization.policy.update': 'admin',
  'binaryauthorization.policy.getIamPolicy': 'admin',
  'binaryauthorization.policy.setIamPolicy': 'admin',
  'binaryauthorization.attestors.get': 'viewer',
  'binaryauthorization.attestors.list': 'viewer',
  'binaryauthorization.attestors.create': 'admin',
  'binaryauthorization.attestors.update': 'admin',
  'binaryauthorization.attestors.delete': 'admin',
  'binaryauthorization.attestors.verifyImageAttested': 'viewer',
  'binaryauthorization.attestors.getIamPolicy': 'admin',
  'binaryauthorization.attestors.setIamPolicy': 'admin',
  'artifactregistry.dockerimages.get': 'viewer',
  'artifactregistry.dockerimages.list': 'viewer',
  'artifactregistry.packages.get': 'viewer',
  'artifactregistry.packages.list': 'viewer',
  'artifactregistry.projectsettings.get': 'viewer',
  'artifactregistry.repositories.downloadArtifacts': 'viewer',
  'artifactregistry.repositories.get': 'viewer',
  'artifactregistry.repositories.list': 'viewer',
  'artifactregistry.tags.get': 'viewer',
  'artifactregistry.tags.list': 'viewer',
  'artifactregistry.versions.get': 'viewer',
  'artifactregistry.versions.list': 'viewer',
  'serviceusage.services.get': 'viewer',
  'serviceusage.services.list': 'viewer',
  'serviceusage.services.enable': 'editor',
  'assay.admissions.create': 'agent',
  'assay.advisories.import': 'admin',
  'assay.advisories.list': 'viewer',
  'assay.clusters.create': 'admin',
  'assay.clusters.list': 'viewer',
  'assay.decisions.get': 'viewer',
  'assay.decisions.list': 'viewer',
  'assay.decisions.verify': 'viewer',
  'assay.images.list': 'viewer',
  'assay.images.notify': 'notifier',
  'assay.images.scan': 'editor',
  'assay.images.scanInner': 'admin',
  'assay.images.scanLocal': 'admin',
  'assay.metrics.get': 'viewer',
  'assay.notifications.list': 'viewer',
  'assay.notifications.manage': 'admin',
  'assay.projects.create': 'admin',
  'assay.projects.list': 'viewer',
  'assay.tokens.manage': 'admin',
  'assay.vex.import': 'editor',
  'assay.vex.list': 'viewer',
  'assay.vex.manage': 'admin',
  'assay.watches.list': 'viewer',
  'assay.watches.manage': 'admin',
} as const satisfies Record<string, BasicRole>;

/** A permission that an operation asks for. */
export type Permission = keyof typeof PERMISSIONS;

interface Role {
  readonly title: string;
  readonly permissions: readonly Permission[];
}

const NOTES = 'containeranalysis.notes';
const OCCURRENCES = 'containeranalysis.occurrences';
const POLICY = 'binaryauthorization.policy';
const ATTESTORS = 'binaryauthorization.attestors';

const READ_ATTESTORS = [`${ATTESTORS}.get`, `${ATTESTORS}.list`] as const;
const EDIT_ATTESTORS = [
  `${ATTESTORS}.create`,
  `${ATTESTORS}.delete`,
  ...READ_ATTESTORS,
  `${ATTESTORS}.update`,
  `${ATTESTORS}.verifyImageAttested`,
] as const;
const READ_NOTES = [`${NOTES}.get`, `${NOTES}.list`] as const;
const EDIT_NOTES = [
  `${NOTES}.attachOccurrence`,
  `${NOTES}.create`,
  `${NOTES}.delete`,
  ...READ_NOTES,
  `${NOTES}.update`,
] as const;
const READ_OCCURRENCES = [`${OCCURRENCES}.get`, `${OCCURRENCES}.list`] as const;
const EDIT_OCCURRENCES = [
  `${OCCURRENCES}.create`,
  `${OCCURRENCES}.delete`,
  ...READ_OCCURRENCES,
  `${OCCURRENCES}.update`,
] as const;

/** Google's roles by name. */
const GOOGLE_ROLES = {
  'roles/containeranalysis.notes.viewer': role('Container Analysis Notes Viewer', READ_NOTES),
  'roles/containeranalysis.notes.editor': role('Container Analysis Notes Editor', EDIT_NOTES),
  'roles/containeranalysis.notes.attacher': role('Container Analysis Notes Attacher', [
    `${NOTES}.attachOccurrence`,
    `${NOTES}.get`,
  ]),
  'roles/containeranalysis.notes.occurrences.viewer': role(
    'Container Analysis Occurrences for Notes Viewer',
    [`${NOTES}.get`, `${NOTES}.listOccurrences`],
  ),
  'roles/containeranalysis.occurrences.viewer': role(
    'Container Analysis Occurrences Viewer',
    READ_OCCURRENCES,
  ),
  'roles/containeranalysis.occurrences.editor': role(
    'Container Analysis Occurrences Editor',
    EDIT_OCCURRENCES,
  ),
  'roles/containeranalysis.admin': role('Container Analysis Admin', [
    ...EDIT_NOTES,
    `${NOTES}.getIamPolicy`,
    `${NOTES}.setIamPolicy`,
    ...EDIT_OCCURRENCES,
    `${OCCURRENCES}.getIamPolicy`,
    `${OCCURRENCES}.setIamPolicy`,
  ]),
  'roles/binaryauthorization.policyViewer': role('Binary Authorization Policy Viewer', [
    `${POLICY}.get`,
  ]),
  'roles/binaryauthorization.policyEditor': role('Binary Authorization Policy Editor', [
    `${POLICY}.get`,
    `${POLICY}.update`,
  ]),
  'roles/binaryauthorization.policyAdmin': role('Binary Authorization Policy Administrator', [
    `${POLICY}.get`,
    `${POLICY}.getIamPolicy`,
    `${POLICY}.setIamPolicy`,
    `${POLICY}.update`,
  ]),
  'roles/binaryauthorization.attestorsViewer': role(
    'Binary Authorization Attestor Viewer',
    READ_ATTESTORS,
  ),
  'roles/binaryauthorization.attestorsVerifier': role(
    'Binary Authorization Attestor Image Verifier',
    [...READ_ATTESTORS, `${ATTESTORS}.verifyImageAttested`],
  ),
  'roles/binaryauthorization.attestorsEditor': role(
    'Binary Authorization Attestor Editor',
    EDIT_ATTESTORS,
  ),
  'roles/binaryauthorization.attestorsAdmin': role('Binary Authorization Attestor Admin', [
    ...EDIT_ATTESTORS,
    `${ATTESTORS}.getIamPolicy`,
    `${ATTESTORS}.setIamPolicy`,
  ]),
  'roles/artifactregistry.reader': role('Artifact Registry Reader', [
    'artifactregistry.dockerimages.get',
    'artifactregistry.dockerimages.list',
    'artifactregistry.packages.get',
    'artifactregistry.packages.list',
    'artifactregistry.projectsettings.get',
    'artifactregistry.repositories.downloadArtifacts',
    'artifactregistry.repositories.get',
    'artifactregistry.repositories.list',
    'artifactregistry.tags.get',
    'artifactregistry.tags.list',
    'artifactregistry.versions.get',
    'artifactregistry.versions.list',
  ]),
  'roles/serviceusage.serviceUsageViewer': role('Service Usage Viewer', [
    'serviceusage.services.get',
    'serviceusage.services.list',
  ]),
  'roles/serviceusage.serviceUsageAdmin': role('Service Usage Admin', [
    'serviceusage.services.enable',
    'serviceusage.services.get',
    'serviceusage.services.list',
  ]),
} as const satisfies Record<string, Role>;

/** Our own, and Google's names for them. */
const BASIC = {
  viewer: basicRole('viewer', 'Reads everything of a project'),
  editor: basicRole('editor', 'Reads all, writes notes and occurrences, scans images'),
  admin: basicRole(
    'admin',
    'Does all, also policies, attestors, clusters, tokens and IAM policies',
  ),
  agent: basicRole('agent', 'Asks for admission, and nothing else'),
  notifier: basicRole('notifier', 'Tells of pushes to watched repositories, and nothing else'),
  'roles/viewer': basicRole('viewer', 'The same as viewer'),
  'roles/editor': basicRole('editor', 'The same as editor'),
  'roles/owner': basicRole('admin', 'The same as admin'),
} as const satisfies Record<string, Role>;

const ROLES = { ...BASIC, ...GOOGLE_ROLES };

/** A role by name: a short one of ours, or Google's. */
export type RoleName = keyof typeof ROLES;

/** Every role, our own first. */
export const ROLE_NAMES = Object.keys(ROLES) as readonly RoleName[];

const HELD: ReadonlyMap<RoleName, ReadonlySet<Permission>> = new Map(
  ROLE_NAMES.map((name) => [name, new Set<Permission>(ROLES[name].permissions)]),
);

/** Tells whether a text names a role. */
export function isRoleName(text: string): text is RoleName {
  return Object.hasOwn(ROLES, text);
}

/** Reads a role's name; refuses one that does not exist with the names of those that do. */
export function parseRole(text: string): RoleName {
  if (isRoleName(text)) return text;
  throw new AssayError(
    'invalid-argument',
    `role ${JSON.stringify(text.slice(0, 200))} does not exist here; ` +
      `give one of ${ROLE_NAMES.join(', ')}`,
  );
}

/** What a role is called, and its permissions. */
export function describeRole(name: RoleName): Role {
  return ROLES[name];
}

/** Tells whether a role holds a permission. */
export function roleHolds(name: RoleName, permission: Permission): boolean {
  return HELD.get(name)?.has(permission) === true;
}

/** The roles that hold a permission: the least of ours, then Google's own, narrowest first. */
export function rolesThatHold(permission: Permission): readonly RoleName[] {
  const google = ROLE_NAMES.filter((name) => !Object.hasOwn(BASIC, name));
  const narrow = google
    .filter((name) => roleHolds(name, permission))
    .toSorted((a, b) => ROLES[a].permissions.length - ROLES[b].permissions.length);
  return [PERMISSIONS[permission], ...narrow];
}

function role(title: string, permissions: readonly Permission[]): Role {
  return { title, permissions };
}

function basicRole(held: BasicRole, title: string): Role {
  const all = Object.keys(PERMISSIONS) as Permission[];
  return role(
    title,
    all.filter((permission) => includes(held, PERMISSIONS[permission])),
  );
}

function includes(held: BasicRole, needed: BasicRole): boolean {
  if (SINGLE.has(held) || SINGLE.has(needed)) return held === needed || held === 'admin';
  return BASIC_ROLES.indexOf(held) >= BASIC_ROLES.indexOf(needed);
}
