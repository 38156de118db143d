/** Running one publication's work, and keeping what came of it by its name. */
import type { FeedMemo, FeedReport } from '../domain/advisory-feed.ts';
import type { Caller } from '../domain/caller.ts';
import { isAssayError } from '../domain/error.ts';
import { findFeedMemo, saveFeedFailure, saveFeedSuccess } from '../store/feed-rows.ts';
import type { Deps } from './deps.ts';
import type { FeedOutcome, FeedRun } from './feed-run.ts';
import type { FeedSettings } from './feed-settings.ts';
import type { FeedName } from './feed-table.ts';

/** What is brought up to date, by whom, until when. */
export interface FeedRefresh {
  readonly caller: Caller;
  readonly settings: FeedSettings;
  readonly signal: AbortSignal;
  /** Absent: those of the settings. */
  readonly sources?: readonly FeedName[] | undefined;
  /** OSV's; absent: those of the settings. */
  readonly ecosystems?: readonly string[] | undefined;
}

/** One publication, and how it is brought up to date from what is known of it. */
export interface FeedWork {
  readonly name: string;
  readonly work: (run: FeedRun, memo: FeedMemo | undefined) => Promise<FeedOutcome>;
}

/** How a publication of one kind is brought up to date, whichever its name. */
export type FeedUpdate = (
  run: FeedRun,
  name: FeedName,
  memo: FeedMemo | undefined,
) => Promise<FeedOutcome>;

const MAX_PROBLEM = 1000;
/** A source that drips is given up after so long, so that the others have their turn. */
const LONGEST_MS = 2 * 3_600_000;

/** Runs it. Whatever fails is told by name; only an end from outside is thrown. */
export async function runFeed(
  deps: Deps,
  { caller, settings, signal }: FeedRefresh,
  { name, work }: FeedWork,
): Promise<FeedReport> {
  const run = startRun(deps, { caller, settings, signal });
  deps.progress(`${name}: asking for changes`);
  try {
    signal.throwIfAborted();
    const { outcome, memo, taken, ...counts } = await work(
      run,
      await findFeedMemo(deps.store, name),
    );
    const time = deps.now();
    if (outcome !== 'absent') {
      await deps.store.write((tx) => saveFeedSuccess(tx, { name, time, memo, ...counts }));
    }
    return { name, outcome, records: taken, requests: run.requests };
  } catch (error) {
    // Ended from outside: no fault of the source.
    if (signal.aborted) throw signal.reason;
    // What a viewer is told names no folder of this machine.
    const problem = problemOf(deps, name, error).replaceAll(`${settings.folder}/`, '');
    await deps.store.write((tx) => saveFeedFailure(tx, { name, time: deps.now(), problem }));
    return { name, outcome: 'failed', records: 0, requests: run.requests, problem };
  }
}

function explain(error: unknown): string {
  if (isAssayError(error)) return error.message;
  const isLate = error instanceof DOMException && error.name === 'TimeoutError';
  return isLate ? 'it took longer than two hours' : 'an unexpected error; the log has it';
}

/** Whatever tells how far it is also hears that it is to end, between two parts of an import. */
function startRun(deps: Deps, { caller, settings, signal }: FeedRefresh): FeedRun {
  const own = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const progress: Deps['progress'] = (text) => {
    own.throwIfAborted();
    deps.progress(text);
  };
  return { deps: { ...deps, progress }, caller, settings, signal: own, requests: 0 };
}

function problemOf(deps: Deps, name: string, error: unknown): string {
  deps.log.warn({ err: error, feed: name }, `${name} cannot be brought up to date`);
  return explain(error).slice(0, MAX_PROBLEM);
}
