/**
 * Bringing advisories up to date from where they are published, one publication after another: what
 * fails is told by name and leaves its earlier data in force. One process does it at a time.
 */
import type { FeedReport } from '../domain/advisory-feed.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { HOUR, type Micros } from '../domain/time.ts';
import { type JobKey, type LeasedJob, finishJob } from '../store/job-rows.ts';
import type { Deps } from './deps.ts';
import type { FeedSettings } from './feed-settings.ts';
import { FEED_NAMES, type FeedForm, type FeedName, feedOf } from './feed-table.ts';
import { keepJob, takeJobNow } from './job-lease.ts';
import { updateCsaf } from './refresh-csaf.ts';
import { updateFile } from './refresh-file.ts';
import { listPackageFamilies, refreshOsv } from './refresh-osv.ts';
import { updateRepository } from './refresh-repository.ts';
import { type FeedRefresh, type FeedUpdate, runFeed } from './run-feed.ts';

/** The one job of fetching advisories. */
export const REFRESH_JOB: JobKey = { kind: 'refresh-advisories', key: '' };

/** After a failure it is tried again this soon, or as often as it is done at all. */
const AFTER_FAILURE: Micros = HOUR / 2;
/** Part of the time between two runs by which they are moved, so that not all come at once. */
const JITTER = 0.1;

/** What is to be brought up to date; absent: as this process was started. */
export interface UpdateInput {
  readonly caller: Caller;
  readonly sources?: readonly FeedName[];
  readonly ecosystems?: readonly string[];
}

/**
 * Brings advisories up to date. Throws `failed-precondition` where this process is offline, and
 * `aborted` while another one is at it.
 */
export async function updateAdvisories(
  deps: Deps,
  input: UpdateInput,
): Promise<readonly FeedReport[]> {
  authorise(input.caller, 'assay.advisories.import', undefined);
  requireFeeds(deps);
  const job = await takeJobNow(deps, REFRESH_JOB);
  if (job !== undefined) return refreshHeld(deps, job, input);
  throw new AssayError(
    'aborted',
    'another update of advisories is under way; see assay advisories status, and try again',
  );
}

/** The settings; refuses a process that is offline. */
export function requireFeeds({ feeds }: Deps): FeedSettings {
  if (feeds !== undefined && !feeds.offline) return feeds;
  throw new AssayError(
    'failed-precondition',
    'advisories are not fetched here (--offline); bring them as files: assay advisories import DIR',
  );
}

/** Does what a job that was taken asks for, and gives it back with the time of the next. */
export async function refreshHeld(
  deps: Deps,
  job: LeasedJob,
  input: UpdateInput,
): Promise<readonly FeedReport[]> {
  const feeds = requireFeeds(deps);
  const kept = keepJob(deps, job);
  const signal = AbortSignal.any([kept.signal, feeds.stopping]);
  let next: Micros | undefined = deps.now();
  try {
    const reports = await refreshFeeds(deps, { ...input, settings: feeds, signal });
    next = nextRun(deps, feeds, reports);
    return reports;
  } finally {
    await kept.end();
    await deps.store.write((tx) => finishJob(tx, job, next));
  }
}

function nextRun(
  deps: Deps,
  { every }: FeedSettings,
  reports: readonly FeedReport[],
): Micros | undefined {
  if (every === undefined) return undefined;
  const isBroken = reports.some(({ outcome }) => outcome === 'failed');
  const wait = isBroken ? Math.min(every, AFTER_FAILURE) : every;
  return deps.now() + jittered(deps, wait);
}

/** A wait that is up to a tenth longer or shorter than told. */
export function jittered(deps: Deps, wait: Micros): Micros {
  const [byte = 0] = deps.randomBytes(1);
  return Math.round(wait * (1 - JITTER + (2 * JITTER * byte) / 255));
}

type Refresh = (deps: Deps, refresh: FeedRefresh, name: FeedName) => Promise<readonly FeedReport[]>;

/** A source that is one publication, under the source's own name. */
function asOne(update: FeedUpdate): Refresh {
  return async (deps, refresh, name) => [
    await runFeed(deps, refresh, { name, work: (run, memo) => update(run, name, memo) }),
  ];
}

/** How each form of source is brought up to date. */
const REFRESHES: Readonly<Record<FeedForm, Refresh>> = {
  'osv-bucket': refreshOsv,
  file: asOne(updateFile),
  'rpm-repository': asOne(updateRepository),
  'csaf-folder': asOne(updateCsaf),
};

async function refreshFeeds(deps: Deps, refresh: FeedRefresh): Promise<readonly FeedReport[]> {
  const reports: FeedReport[] = [];
  for (const name of await chooseFeeds(deps, refresh)) {
    reports.push(...(await REFRESHES[feedOf(name).form](deps, refresh, name)));
  }
  return reports;
}

/** Those that were asked for, else those that are fetched unasked. Ecosystems are OSV's. */
async function chooseFeeds(deps: Deps, refresh: FeedRefresh): Promise<readonly FeedName[]> {
  const { sources, ecosystems, settings } = refresh;
  if (sources !== undefined) return sources;
  if (ecosystems !== undefined) return ['osv'];
  if (settings.sources !== undefined) return settings.sources;
  const families = new Set(await listPackageFamilies(deps));
  return FEED_NAMES.filter((name) => {
    const { unasked } = feedOf(name);
    return typeof unasked === 'string' ? unasked === 'always' : families.has(unasked.family);
  });
}
