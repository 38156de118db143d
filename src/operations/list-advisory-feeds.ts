/** What came of fetching advisories, by publication, and when it is done next. */
import type { FeedState } from '../domain/advisory-feed.ts';
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import { listFeeds } from '../store/feed-rows.ts';
import { findRunTime } from '../store/job-rows.ts';
import type { Deps } from './deps.ts';
import { REFRESH_JOB } from './update-advisories.ts';

/** Every publication that was ever asked for. */
export interface ListedFeeds {
  readonly feeds: readonly FeedState[];
  /** Absent: it is not planned. */
  readonly nextRefresh?: Micros;
  /** This server calls nobody for advisories. */
  readonly offline?: true;
}

/** Lists them. Advisories belong to no project: any viewer may see them. */
export async function listAdvisoryFeeds(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<ListedFeeds> {
  authoriseSomewhere(input.caller, 'assay.advisories.list');
  // What was planned before does not come where nothing is fetched.
  const offline = deps.feeds?.offline === true;
  const next = offline ? undefined : await findRunTime(deps.store, REFRESH_JOB);
  return {
    feeds: await listFeeds(deps.store),
    ...(next !== undefined && { nextRefresh: next }),
    ...(offline ? { offline } : {}),
  };
}
