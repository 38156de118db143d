/**
 * Setting whose word stands where sources disagree. Everything is matched anew by the new orders;
 * until a package was, a scan of it does that.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import type { MatchRules } from '../domain/match-rules.ts';
import { forgetMatched } from '../store/match-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { changedRules, readMatchRules, saveMatchRules } from './match-rules-setting.ts';
import { askForSweep } from './matching-job.ts';

/** Which orders change; what is left out of an order comes after what it names. */
export interface MatchRulesInput {
  readonly caller: Caller;
  readonly sources?: readonly string[];
  readonly severities?: readonly string[];
}

/** Sets the orders and answers those in force; refuses names that are none. */
export async function setMatchRules(deps: Deps, input: MatchRulesInput): Promise<MatchRules> {
  authorise(input.caller, 'assay.advisories.import', undefined);
  return deps.store.write(async (tx) => {
    const before = await readMatchRules(tx);
    const rules = changedRules(before, input);
    if (JSON.stringify(rules) === JSON.stringify(before)) return rules;
    await saveMatchRules(tx, rules);
    await forgetMatched(tx);
    await askForSweep(deps, tx);
    const { caller } = input;
    await audit(deps, tx, { caller, action: 'set-match-rules', resource: 'advisories' });
    tx.changed();
    return rules;
  });
}
