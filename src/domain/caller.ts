/** Who asks: every operation takes a caller and authorises first. */
import { AssayError } from './error.ts';

/** Roles of a token, each including those before it. `agent` may only ask the webhook. */
export const ROLES = ['viewer', 'editor', 'admin'] as const;

/** A role that a token carries. */
export type Role = (typeof ROLES)[number] | 'agent';

/** An authenticated caller. */
export interface Caller {
  /** For logs and audit, e.g. `token:admin`, `anonymous`, `cli`. */
  readonly name: string;
  readonly role: Role;
  /** The one project that it is bound to; absent: all projects. */
  readonly project?: string;
}

/** Throws `permission-denied`, naming the permission, unless the caller's role in the project reaches. */
export function authorise(
  caller: Caller,
  role: (typeof ROLES)[number],
  need: { permission: string; project?: string },
): void {
  const rank = (ROLES as readonly string[]).indexOf(caller.role);
  const inProject = caller.project === undefined || caller.project === need.project;
  if (rank >= ROLES.indexOf(role) && inProject) return;
  const where = need.project === undefined ? '' : ` on project ${need.project}`;
  throw new AssayError(
    'permission-denied',
    `${caller.name} lacks permission ${need.permission}${where}; it needs the role ${role} there`,
    { details: { permission: need.permission } },
  );
}
