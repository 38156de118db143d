/** Reading a project's Binary Authorization policy. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { PolicyDocument } from '../domain/policy-document.ts';
import { findPolicy } from '../store/policy-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { policyOf } from './new-policy.ts';

/** The current policy; throws `not-found` for a project that does not exist. */
export async function getPolicy(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string },
): Promise<PolicyDocument> {
  const permission = 'binaryauthorization.policy.get';
  const resource = `projects/${input.project}/policy`;
  await authoriseOn(deps, input.caller, { permission, resource });
  await requireProject(deps, input.project);
  const policy = await findPolicy(deps.store, policyOf(input.project));
  if (policy !== undefined) return policy;
  throw new AssayError('not-found', `project ${input.project} has no policy`);
}
