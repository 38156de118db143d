/** Listing a project's occurrences: what clients wrote by time, then what its scans found. */
import { authorise } from '../domain/caller.ts';
import { compileFilter, type FilterPredicate } from '../domain/match-filter.ts';
import type { Occurrence } from '../domain/note.ts';
import { AssayError } from '../domain/error.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { type CursorKey, formatPageToken, parsePageToken } from '../store/cursor.ts';
import { listOccurrences as listRows } from '../store/occurrence-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { type DerivedBounds, derivedBounds } from './derived-bounds.ts';
import { type DerivedPlace, FIRST_PLACE } from './derived-place.ts';
import { listDerivedOccurrences } from './list-derived-occurrences.ts';
import type { ListInput } from './list-input.ts';

/** A page of occurrences. */
export interface OccurrencePage {
  readonly occurrences: readonly Occurrence[];
  readonly nextPageToken?: string;
}

/**
 * Tokens of the second part of the list begin with this; those of the first are the store's own.
 */
const DERIVED = 'd.';
const STORED = 's.';
const DERIVED_SHAPE = ['string', 'string', 'number', 'string', 'string'] as const;

/** Lists occurrences that pass a filter. A page may be short while more follow. */
export async function listOccurrences(deps: Deps, input: ListInput): Promise<OccurrencePage> {
  authorise(input.caller, 'containeranalysis.occurrences.list', input.project);
  const filter = readOccurrenceFilter(input.filter);
  const passes = compileFilter(filter);
  const bounds = derivedBounds(filter);
  const bound = ['derived-occurrences', input.project, JSON.stringify(filter)];
  await requireProject(deps, input.project);
  if (input.pageToken?.startsWith(DERIVED)) {
    const after = readPlace(input.pageToken.slice(DERIVED.length), bound);
    return derivedPage(deps, input, { bound, after, bounds, passes, before: [] });
  }
  const page = await listRows(deps.store, input.project, {
    filter,
    pageSize: input.pageSize,
    pageToken: storedToken(input.pageToken),
  });
  if (page.nextPageToken !== undefined) {
    return { occurrences: page.occurrences, nextPageToken: `${STORED}${page.nextPageToken}` };
  }
  const before = page.occurrences;
  return derivedPage(deps, input, { bound, after: FIRST_PLACE, bounds, passes, before });
}

/** The store's own token of a token for the first part of the list; refuses all others. */
function storedToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  if (token.startsWith(STORED) && token.length > STORED.length) return token.slice(STORED.length);
  throw new AssayError(
    'invalid-argument',
    'pageToken is not one that this server made; use nextPageToken as it was received',
  );
}

interface DerivedStart {
  /** What the tokens of this list are bound to. */
  readonly bound: readonly string[];
  readonly after: DerivedPlace;
  readonly bounds: DerivedBounds;
  readonly passes: FilterPredicate;
  /** What the page holds already. */
  readonly before: readonly Occurrence[];
}

async function derivedPage(
  deps: Deps,
  input: ListInput,
  start: DerivedStart,
): Promise<OccurrencePage> {
  const { before, bound, ...rest } = start;
  const limit = input.pageSize - before.length;
  const page = await listDerivedOccurrences(deps, { project: input.project, limit, ...rest });
  const occurrences = [...before, ...page.occurrences];
  if (page.next === undefined) return { occurrences };
  return { occurrences, nextPageToken: `${DERIVED}${formatPlace(page.next, bound)}` };
}

function formatPlace(place: DerivedPlace, bound: readonly string[]): string {
  const { resourceUri, digest, packageId, path, advisoryId } = place;
  const key: CursorKey = [resourceUri, digest, packageId, path, advisoryId];
  return formatPageToken(key, bound);
}

function readPlace(token: string, bound: readonly string[]): DerivedPlace {
  const key = parsePageToken(token, bound, DERIVED_SHAPE);
  const [resourceUri = '', digest = '', packageId, path = '', advisoryId = ''] = key.map(String);
  return { resourceUri, digest, packageId: Number(packageId), path, advisoryId };
}
