/** Replacing the IAM policy of a resource. Acknowledged means: the next request sees it. */
import type { Caller } from '../domain/caller.ts';
import { type IamBinding, type IamPolicy, parseIamResource } from '../domain/iam-policy.ts';
import { setIamPolicy as putPolicy } from '../store/iam-policy-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { contentEtag } from './content-digest.ts';
import type { Deps } from './deps.ts';
import { UNSET_ETAG, iamPermission, requireIamResource } from './iam-resource.ts';

/** Checked bindings, and the etag (base64) of the policy that they were made from. */
export interface SetIamPolicyInput {
  readonly caller: Caller;
  readonly resource: string;
  readonly bindings: readonly IamBinding[];
  /** Absent: whatever is there is replaced. */
  readonly etag?: string;
}

/** Sets the policy; throws `aborted` for a stale etag and `not-found` without the resource. */
export async function setIamPolicy(deps: Deps, input: SetIamPolicyInput): Promise<IamPolicy> {
  const { caller, bindings } = input;
  const of = parseIamResource(input.resource);
  const permission = iamPermission(of, 'setIamPolicy');
  await authoriseOn(deps, caller, { permission, resource: of.name });
  const updateTime = deps.now();
  // With an id in it: the same bindings again are another policy, and an old etag stays stale.
  const policy = { bindings, etag: contentEtag({ bindings, id: deps.newId() }) };
  await deps.store.write(async (tx) => {
    await requireIamResource(tx, of);
    const change = { policy, updateTime, expectedEtag: input.etag, unsetEtag: UNSET_ETAG };
    await putPolicy(tx, of, change);
    await audit(deps, tx, {
      caller,
      project: of.project,
      action: 'set-iam-policy',
      resource: of.name,
      detail: { bindings: bindings.map(({ role, members }) => ({ role, members })) },
    });
  });
  return policy;
}
