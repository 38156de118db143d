/** Keeping the system policy that the server was started with, as a revision that verdicts name. */
import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../domain/caller.ts';
import type { BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import { policyBodyToJson } from '../google/policy-message.ts';
import { BUILT_IN_SYSTEM_POLICY } from '../policy/system-policy.ts';
import { findPolicy, putPolicy } from '../store/policy-rows.ts';
import { audit } from './audit.ts';
import { policyEvent } from './change-events.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
import { newPolicy, SYSTEM_POLICY_ID } from './new-policy.ts';

/** A system policy of the operator's, with its text as received. */
export interface GivenSystemPolicy {
  readonly parsed: BinauthzPolicy;
  readonly source: string;
}

/**
 * Makes the given policy, else the built-in one, the current system policy. A new revision is kept
 * only where it says something else than the current one.
 */
export function installSystemPolicy(
  deps: Deps,
  input: { readonly caller: Caller; readonly given: GivenSystemPolicy | undefined },
): Promise<PolicyDocument> {
  const { parsed, source } = input.given ?? builtIn();
  return deps.store.write(async (tx) => {
    const current = await findPolicy(tx, SYSTEM_POLICY_ID);
    if (current !== undefined && isDeepStrictEqual(current.parsed, parsed)) return current;
    const change = newPolicy({ id: SYSTEM_POLICY_ID, parsed, source, time: deps.now() });
    const document = await putPolicy(tx, change);
    const action = 'install-system-policy';
    await audit(deps, tx, { caller: input.caller, action, resource: parsed.name });
    const { revision } = document;
    await emit(deps, tx, [policyEvent(undefined, { name: parsed.name, revision })]);
    return document;
  });
}

function builtIn(): GivenSystemPolicy {
  const parsed = BUILT_IN_SYSTEM_POLICY;
  return { parsed, source: JSON.stringify(policyBodyToJson(parsed)) };
}
