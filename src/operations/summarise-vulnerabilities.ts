/** Counting the vulnerabilities that a filter selects, by resource and severity. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import {
  type CountedVulnerability,
  type VulnerabilityCount,
  countVulnerabilities,
  countedVulnerabilities,
} from '../google/vulnerability-summary.ts';
import { listSightings } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';
import { derivedBounds } from './derived-bounds.ts';
import { listOccurrences } from './list-occurrences.ts';

/** Occurrences that one summary reads at most. */
const MAX_READ = 100_000;
/** Images that one summary examines at most. */
const MAX_IMAGES = 500;
const PAGE = 1000;

/** Whose vulnerabilities to count; an empty filter counts all. */
export interface SummaryInput {
  readonly caller: Caller;
  readonly project: string;
  readonly filter: string;
}

/** Summarises; refuses a selection that is larger than it can count in one answer. */
export async function summariseVulnerabilities(
  deps: Deps,
  input: SummaryInput,
): Promise<readonly VulnerabilityCount[]> {
  const { caller, project } = input;
  authorise(caller, 'containeranalysis.occurrences.list', project);
  const given = input.filter.trim();
  const filter = given === '' ? 'kind="VULNERABILITY"' : `kind="VULNERABILITY" AND (${given})`;
  // The filter as it was given first, for its positions are those that an error names.
  readOccurrenceFilter(given);
  const counted: CountedVulnerability[] = [];
  let pageToken: string | undefined;
  do {
    const resume = pageToken === undefined ? {} : { pageToken };
    const page = await listOccurrences(deps, {
      caller,
      project,
      filter,
      pageSize: PAGE,
      ...resume,
    });
    if (pageToken === undefined) await refuseManyImages(deps, project, filter);
    counted.push(...countedVulnerabilities(page.occurrences));
    pageToken = page.nextPageToken;
    if (counted.length > MAX_READ) throw tooMany(`${MAX_READ} vulnerabilities`);
  } while (pageToken !== undefined);
  return countVulnerabilities(counted);
}

async function refuseManyImages(deps: Deps, project: string, filter: string): Promise<void> {
  const { low, high } = derivedBounds(readOccurrenceFilter(filter));
  const sightings = await listSightings(deps.store, {
    project,
    from: { resourceUri: low, digest: '' },
    below: high,
    limit: MAX_IMAGES + 1,
  });
  if (sightings.length > MAX_IMAGES) throw tooMany(`${MAX_IMAGES} images`);
}

function tooMany(what: string): AssayError {
  const message = `the filter selects more than ${what}; narrow it by resourceUrl`;
  return new AssayError('too-large', message);
}
