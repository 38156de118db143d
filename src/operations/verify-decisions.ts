/** Recomputing the hash chain of decisions: was one removed or changed since it was kept? */
import { type Caller, authorise } from '../domain/caller.ts';
import { type ChainCheck, verifyDecisionChain } from '../store/decision-log.ts';
import type { Deps } from './deps.ts';

/** Checks the whole chain from its last checkpoint on; it spans all projects. */
export function verifyDecisions(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<ChainCheck> {
  authorise(input.caller, 'assay.decisions.verify', undefined);
  return verifyDecisionChain(deps.store);
}
