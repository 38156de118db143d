/** Counting the vulnerabilities that a filter selects, by resource and severity. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Occurrence } from '../domain/note.ts';
import { type VulnerabilityCount, countOccurrences } from '../google/vulnerability-summary.ts';
import type { Deps } from './deps.ts';
import { listOccurrences } from './list-occurrences.ts';

/** Occurrences that one summary reads at most. */
const MAX_READ = 100_000;
const PAGE = 1000;

/** Summarises; refuses a selection that is larger than it can count in one answer. */
export async function summariseVulnerabilities(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly filter: string },
): Promise<readonly VulnerabilityCount[]> {
  const found: Occurrence[] = [];
  const filter =
    input.filter.trim() === ''
      ? 'kind="VULNERABILITY"'
      : `kind="VULNERABILITY" AND (${input.filter})`;
  let pageToken: string | undefined;
  do {
    const page = await listOccurrences(deps, {
      caller: input.caller,
      project: input.project,
      filter,
      pageSize: PAGE,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    found.push(...page.occurrences);
    pageToken = page.nextPageToken;
    if (found.length > MAX_READ) {
      throw new AssayError(
        'too-large',
        `the filter selects more than ${MAX_READ} vulnerabilities; narrow it by resourceUrl`,
      );
    }
  } while (pageToken !== undefined);
  return countOccurrences(found);
}
