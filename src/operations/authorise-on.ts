/** Permissions on one resource: held on its project, or given by the resource's own IAM policy. */
import { type Caller, isAllowed, listRoles, refusal } from '../domain/caller.ts';
import type { AssayError } from '../domain/error.ts';
import { parseIamResource, policyGrants } from '../domain/iam-policy.ts';
import type { Permission } from '../domain/role.ts';
import { findIamPolicy } from '../store/iam-policy-rows.ts';
import type { Reader } from '../store/store-contract.ts';

/** What is asked of which resource, e.g. `projects/P/notes/N`. */
export interface AskedPermission {
  readonly permission: Permission;
  readonly resource: string;
}

/**
 * Throws `permission-denied`, naming the permission, the resource and the way to get it, unless the
 * caller has it. The IAM policy is read only where the project's roles do not suffice; within a
 * transaction hand in `{ store: tx }`.
 */
export async function authoriseOn(
  deps: { readonly store: Reader },
  caller: Caller,
  { permission, resource }: AskedPermission,
): Promise<void> {
  const refused = await refusalOn(deps.store, caller, { permission, resource });
  if (refused !== undefined) throw refused;
}

/** The error that {@link authoriseOn} throws; undefined where the caller has the permission. */
export async function refusalOn(
  reader: Reader,
  caller: Caller,
  { permission, resource }: AskedPermission,
): Promise<AssayError | undefined> {
  if (await isAllowedOn(reader, caller, { permission, resource })) return undefined;
  const { name, project } = parseIamResource(resource);
  const roles = listRoles(permission);
  return refusal(caller, permission, {
    where: ` on ${name}`,
    way: `it needs ${roles} on project ${project}, or in the IAM policy of ${name}`,
  });
}

/** Tells whether a caller has a permission on a resource. */
export async function isAllowedOn(
  reader: Reader,
  caller: Caller,
  { permission, resource }: AskedPermission,
): Promise<boolean> {
  const of = parseIamResource(resource);
  if (isAllowed(caller, permission, of.project)) return true;
  const policy = await findIamPolicy(reader, of);
  return policy !== undefined && policyGrants(policy, caller, permission);
}
