/** Who asks: every operation takes a caller and authorises first. */
import { AssayError } from './error.ts';
import { type Permission, type RoleName, roleHolds, rolesThatHold } from './role.ts';
import type { Micros } from './time.ts';

/** A role that a caller holds. */
export interface Grant {
  readonly role: RoleName;
  /** The project that it holds for; absent: all projects, and what belongs to none. */
  readonly project?: string;
}

/** An authenticated caller. */
export interface Caller {
  /** For logs and audit, e.g. `token:ci`, `user:ada@example.com`, `anonymous`, `cli`. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Who it is in IAM's spelling; absent: nobody that an IAM policy can name. */
  readonly member?: string;
  /** The groups that it is in, in IAM's spelling. */
  readonly groups?: readonly string[];
  /** When its credentials end; absent: never. */
  readonly expireTime?: Micros;
}

/** Tells whether a caller has a permission. `project`: undefined asks about what has none. */
export function isAllowed(
  { grants }: Caller,
  permission: Permission,
  project: string | undefined,
): boolean {
  return grants.some(
    (grant) =>
      (grant.project === undefined || grant.project === project) &&
      roleHolds(grant.role, permission),
  );
}

/**
 * Throws `permission-denied`, naming the permission, unless the caller has it. `project` is the
 * project asked about; undefined asks about what belongs to no project.
 */
export function authorise(
  caller: Caller,
  permission: Permission,
  project: string | undefined,
): void {
  if (isAllowed(caller, permission, project)) return;
  const where = project === undefined ? '' : ` on project ${project}`;
  const wanted = project === undefined ? 'for all projects' : 'there';
  throw refusal(caller, permission, {
    where,
    way: `it needs ${listRoles(permission)} ${wanted}, and has ${listGrants(caller)}`,
  });
}

/**
 * Tells for a project whether the caller has a permission there; undefined asks about what belongs
 * to no project. Throws `permission-denied` where it has it nowhere: for lists over all projects.
 */
export function authoriseSomewhere(
  caller: Caller,
  permission: Permission,
): (project: string | undefined) => boolean {
  if (!caller.grants.some(({ role }) => roleHolds(role, permission))) {
    authorise(caller, permission, undefined);
  }
  return (project) => isAllowed(caller, permission, project);
}

/** Makes the error for a caller without a permission: where it was asked, and the way to get it. */
export function refusal(
  { name }: Caller,
  permission: Permission,
  { where, way }: { readonly where: string; readonly way: string },
): AssayError {
  const message = `${name} lacks permission ${permission}${where}; ${way}`;
  return new AssayError('permission-denied', message, { details: { permission } });
}

/** The roles that would give a permission, for a message. */
export function listRoles(permission: Permission): string {
  const roles = rolesThatHold(permission).slice(0, 2);
  return `the role ${roles.join(' or ')}`;
}

/** At most this many grants are named in a message. */
const SHOWN = 5;

function listGrants({ grants }: Caller): string {
  if (grants.length === 0) return 'no role anywhere';
  const all = grants.map(({ role, project }) =>
    project === undefined ? `${role} everywhere` : `${role} on project ${project}`,
  );
  const more = all.length > SHOWN ? ' and more' : '';
  return `${all.slice(0, SHOWN).join(', ')}${more}`;
}
