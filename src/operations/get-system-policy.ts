/** Reading the system policy: one for every location, since a server is in one place. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { PolicyDocument } from '../domain/policy-document.ts';
import { parseLocation } from '../domain/resource-name.ts';
import { findPolicy } from '../store/policy-rows.ts';
import type { Deps } from './deps.ts';
import { SYSTEM_POLICY_ID } from './new-policy.ts';

/** The current system policy under the name `locations/L/policy` that was asked for. */
export async function getSystemPolicy(
  deps: Deps,
  input: { readonly caller: Caller; readonly location: string },
): Promise<PolicyDocument> {
  const { caller } = input;
  // It belongs to no project: who may read any project's policy may read it.
  authoriseSomewhere(caller, 'binaryauthorization.policy.get');
  const name = `locations/${parseLocation(input.location)}/policy`;
  const found = await findPolicy(deps.store, SYSTEM_POLICY_ID);
  if (found !== undefined) return { ...found, parsed: { ...found.parsed, name } };
  throw new AssayError('not-found', 'there is no system policy: assay serve installs it');
}
