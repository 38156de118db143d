/** Who asks: every operation takes a caller and authorises first. */
import { AssayError } from './error.ts';
import type { Micros } from './time.ts';

/**
 * Roles of a token. The first three include those before them; `agent` may only ask for admission.
 */
export const ROLES = ['viewer', 'editor', 'admin', 'agent'] as const;

/** A role that a token carries. */
export type Role = (typeof ROLES)[number];

/** An authenticated caller. */
export interface Caller {
  /** For logs and audit, e.g. `token:ci`, `anonymous`, `cli`. */
  readonly name: string;
  readonly role: Role;
  /** The one project that it is bound to; absent: all projects. */
  readonly project?: string;
  /** When its token ends; absent: never. */
  readonly expireTime?: Micros;
}

/** The least role for each permission; the names are Google's where Google has one. */
export const PERMISSIONS = {
  'containeranalysis.notes.get': 'viewer',
  'containeranalysis.notes.list': 'viewer',
  'containeranalysis.notes.listOccurrences': 'viewer',
  'containeranalysis.notes.create': 'editor',
  'containeranalysis.notes.update': 'editor',
  'containeranalysis.notes.delete': 'editor',
  'containeranalysis.notes.attachOccurrence': 'editor',
  'containeranalysis.occurrences.get': 'viewer',
  'containeranalysis.occurrences.list': 'viewer',
  'containeranalysis.occurrences.create': 'editor',
  'containeranalysis.occurrences.update': 'editor',
  'containeranalysis.occurrences.delete': 'editor',
  'binaryauthorization.policy.get': 'viewer',
  'binaryauthorization.policy.update': 'admin',
  'binaryauthorization.attestors.get': 'viewer',
  'binaryauthorization.attestors.list': 'viewer',
  'binaryauthorization.attestors.create': 'admin',
  'binaryauthorization.attestors.update': 'admin',
  'binaryauthorization.attestors.delete': 'admin',
  'binaryauthorization.attestors.verifyImageAttested': 'viewer',
  'assay.admissions.create': 'agent',
  'assay.advisories.import': 'admin',
  'assay.advisories.list': 'viewer',
  'assay.clusters.create': 'admin',
  'assay.clusters.list': 'viewer',
  'assay.decisions.get': 'viewer',
  'assay.decisions.list': 'viewer',
  'assay.decisions.verify': 'viewer',
  'assay.images.scan': 'editor',
  'assay.images.scanLocal': 'admin',
  'assay.projects.create': 'admin',
  'assay.projects.list': 'viewer',
  'assay.tokens.manage': 'admin',
} as const satisfies Record<string, Role>;

/** A permission that an operation asks for. */
export type Permission = keyof typeof PERMISSIONS;

/**
 * Throws `permission-denied`, naming the permission, unless the caller has it. `project` is the
 * project asked about; undefined asks about what belongs to no project.
 */
export function authorise(
  caller: Caller,
  permission: Permission,
  project: string | undefined,
): void {
  if (hasRole(caller.role, PERMISSIONS[permission]) && isWithin(caller, project)) return;
  const where = project === undefined ? '' : ` on project ${project}`;
  const why = isWithin(caller, project)
    ? `it needs the role ${PERMISSIONS[permission]} there`
    : `it is bound to project ${caller.project}`;
  const message = `${caller.name} lacks permission ${permission}${where}; ${why}`;
  throw new AssayError('permission-denied', message, { details: { permission } });
}

function hasRole(held: Role, needed: Role): boolean {
  if (held === 'agent' || needed === 'agent') return held === needed || held === 'admin';
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}

/** A caller bound to a project may ask only about that one. */
function isWithin(caller: Caller, project: string | undefined): boolean {
  return caller.project === undefined || caller.project === project;
}
