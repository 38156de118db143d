/**
 * Replacing a project's Binary Authorization policy. Acknowledged means: the next review sees it.
 */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { type BinauthzPolicy, type PolicyDocument, rulesOf } from '../domain/policy-document.ts';
import { findAttestor } from '../store/attestor-rows.ts';
import { putPolicy } from '../store/policy-rows.ts';
import type { Reader } from '../store/store-contract.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { policyEvent } from './change-events.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
import { newPolicy, policyOf } from './new-policy.ts';

/** The new policy, its text as received, and the etag of the state that it was made from. */
export interface SetPolicyInput {
  readonly caller: Caller;
  readonly project: string;
  readonly policy: BinauthzPolicy;
  readonly source: string;
  readonly etag?: string;
}

/** Sets the policy; throws `aborted` for a stale etag, `invalid-policy` for an unknown attestor. */
export async function setPolicy(deps: Deps, input: SetPolicyInput): Promise<PolicyDocument> {
  const { caller, project, policy, source, etag } = input;
  const resource = `projects/${project}/policy`;
  await authoriseOn(deps, caller, { permission: 'binaryauthorization.policy.update', resource });
  const attestors = new Set(rulesOf(policy).flatMap((rule) => rule.requireAttestationsBy));
  for (const name of attestors) {
    const permission = 'binaryauthorization.attestors.verifyImageAttested';
    await authoriseOn(deps, caller, { permission, resource: name });
  }
  await ensureProject(deps, caller, project);
  return deps.store.write(async (tx) => {
    await refuseUnknownAttestors(tx, attestors);
    const change = newPolicy({ id: policyOf(project), parsed: policy, source, time: deps.now() });
    const document = await putPolicy(tx, change, etag);
    await audit(deps, tx, { caller, project, action: 'set-policy', resource: policy.name });
    const { revision } = document;
    await emit(deps, tx, [policyEvent(project, { name: policy.name, revision })]);
    return document;
  });
}

/** Refuses with `invalid-policy` an attestor that a policy names and nobody made. */
export async function refuseUnknownAttestors(
  reader: Reader,
  attestors: ReadonlySet<string>,
): Promise<void> {
  for (const name of attestors) {
    if ((await findAttestor(reader, name)) !== undefined) continue;
    throw new AssayError(
      'invalid-policy',
      `attestor ${name} does not exist; create it before a rule requires it`,
    );
  }
}
