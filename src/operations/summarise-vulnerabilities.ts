/** Counting the vulnerabilities that a filter selects, by resource and severity. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { joinFilters, type ResolvedFilter } from '../domain/resolved-filter.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { type VulnerabilityCount, countVulnerabilities } from '../google/vulnerability-summary.ts';
import { countOccurrences } from '../store/occurrence-counts.ts';
import { countDerived } from './count-derived.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** Occurrences of clients that one summary reads at most. */
const MAX_READ = 50_000;
/** Images that one summary examines at most. */
const MAX_IMAGES = 500;

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
  const filter = onlyVulnerabilities(readOccurrenceFilter(input.filter));
  await requireProject(deps, project);
  const written = await countOccurrences(deps.store, { project, filter, most: MAX_READ });
  if (written === undefined) throw tooMany(`${MAX_READ} vulnerabilities`);
  const found = await countDerived(deps, { project, filter, mostImages: MAX_IMAGES });
  if (found === undefined) throw tooMany(`${MAX_IMAGES} images`);
  return countVulnerabilities(
    [...written, ...found].map(({ severity, ...counts }) => ({
      ...counts,
      severity: SEVERITIES[severity] ?? 'SEVERITY_UNSPECIFIED',
    })),
  );
}

function onlyVulnerabilities(filter: ResolvedFilter): ResolvedFilter {
  const kinds = readOccurrenceFilter('kind="VULNERABILITY"');
  if (kinds.kind === 'all' || filter.kind === 'all') return kinds;
  return joinFilters('and', [kinds, filter]);
}

function tooMany(what: string): AssayError {
  const message = `the filter selects more than ${what}; narrow it by resourceUrl`;
  return new AssayError('too-large', message);
}
