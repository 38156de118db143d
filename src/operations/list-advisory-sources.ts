/** The advisory sources in force, with their age. */
import type { AdvisorySource } from '../domain/advisory.ts';
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import { listExploitFeeds } from '../store/exploit-rows.ts';
import type { Deps } from './deps.ts';
import { feedSource } from './import-exploits.ts';

/**
 * Every source by ecosystem, then what is known of exploitation. Advisories belong to no project:
 * any viewer may see them.
 */
export async function listSources(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<readonly AdvisorySource[]> {
  authoriseSomewhere(input.caller, 'assay.advisories.list');
  const feeds = await listExploitFeeds(deps.store);
  return [...(await listAdvisorySources(deps.store)), ...feeds.map(feedSource)];
}
