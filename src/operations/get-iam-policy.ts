/** Reading the IAM policy of a resource. */
import type { Caller } from '../domain/caller.ts';
import { type IamPolicy, parseIamResource } from '../domain/iam-policy.ts';
import { findIamPolicy } from '../store/iam-policy-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { UNSET_ETAG, iamPermission, requireIamResource } from './iam-resource.ts';

/**
 * The IAM policy of `projects/P/{policy,attestors/A,notes/N,occurrences/O}`: without bindings, but
 * with an etag, where none was set. Throws `not-found` without the resource.
 */
export async function getIamPolicy(
  deps: Deps,
  input: { readonly caller: Caller; readonly resource: string },
): Promise<IamPolicy> {
  const of = parseIamResource(input.resource);
  const permission = iamPermission(of, 'getIamPolicy');
  await authoriseOn(deps, input.caller, { permission, resource: of.name });
  await requireIamResource(deps.store, of);
  return (await findIamPolicy(deps.store, of)) ?? { bindings: [], etag: UNSET_ETAG };
}
