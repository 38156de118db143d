/**
 * Bringing advisories up to date from where they are published, one publication after another: what
 * fails is told by name and leaves its earlier data in force. One process does it at a time.
 */
import { type FeedReport, isFamilyName } from '../domain/advisory-feed.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { HOUR, type Micros } from '../domain/time.ts';
import { findFeedMemo, saveFeedFailure, saveFeedSuccess } from '../store/feed-rows.ts';
import { type JobKey, type LeasedJob, finishJob } from '../store/job-rows.ts';
import { listPackageEcosystems } from '../store/package-ecosystems.ts';
import type { Deps } from './deps.ts';
import type { FeedOutcome, FeedRun } from './feed-run.ts';
import type { FeedSettings } from './feed-settings.ts';
import { DEFAULT_ECOSYSTEMS, FEED_NAMES, type FeedName } from './feed-table.ts';
import { keepJob, takeJobNow } from './job-lease.ts';
import { type GlobalChanges, readGlobalChanges } from './read-osv-changes.ts';
import { type OsvFamily, updateOsvFamily } from './update-osv-family.ts';

/** The one job of fetching advisories. */
export const REFRESH_JOB: JobKey = { kind: 'refresh-advisories', key: '' };

/** After a failure it is tried again this soon, or as often as it is done at all. */
const AFTER_FAILURE: Micros = HOUR / 2;
/** Part of the time between two runs by which they are moved, so that not all come at once. */
const JITTER = 0.1;
const MAX_PROBLEM = 1000;

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
    const reports = await refreshFeeds(deps, { ...input, signal });
    next = nextRun(deps, feeds, reports);
    return reports;
  } finally {
    kept.end();
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

interface Refresh extends UpdateInput {
  readonly signal: AbortSignal;
}

async function refreshFeeds(deps: Deps, input: Refresh): Promise<readonly FeedReport[]> {
  const chosen = input.sources ?? deps.feeds?.sources ?? FEED_NAMES;
  return chosen.includes('osv') ? refreshOsv(deps, input) : [];
}

function newRun(deps: Deps, { caller, signal }: Refresh): FeedRun {
  return { deps, caller, settings: requireFeeds(deps), signal, requests: 0 };
}

async function refreshOsv(deps: Deps, input: Refresh): Promise<readonly FeedReport[]> {
  const families = await chooseFamilies(deps, input);
  const memos = await Promise.all(
    families.map(async (one) => ({ ...one, memo: await findFeedMemo(deps.store, feedOf(one)) })),
  );
  const reports: FeedReport[] = [];
  let global: GlobalChanges | undefined;
  const index = await runFeed(deps, input, {
    name: 'osv',
    work: async (run) => {
      global = await readGlobalChanges(run, await findFeedMemo(deps.store, 'osv'), oldest(memos));
      return { outcome: 'unchanged', memo: global.memo, taken: 0 };
    },
  });
  if (index.outcome === 'failed') reports.push(index);
  for (const one of memos) {
    const work = (run: FeedRun): Promise<FeedOutcome> => updateOsvFamily(run, one, global?.changes);
    reports.push(await runFeed(deps, input, { name: feedOf(one), work }));
  }
  return reports;
}

function feedOf({ family }: Pick<OsvFamily, 'family'>): string {
  return `osv:${family}`;
}

/** Where the ecosystem that is furthest behind stands; those that were never taken do not count. */
function oldest(families: readonly OsvFamily[]): Micros {
  return Math.min(...families.map(({ memo }) => memo?.seen ?? Infinity));
}

async function chooseFamilies(
  deps: Deps,
  input: UpdateInput,
): Promise<readonly Omit<OsvFamily, 'memo'>[]> {
  const wanted = input.ecosystems ?? deps.feeds?.ecosystems;
  if (wanted !== undefined) return wanted.map((family) => ({ family, wanted: true }));
  const known = await listPackageEcosystems(deps.store);
  const families = known.map((ecosystem) => ecosystem.split(':', 1)[0] ?? '');
  const all = new Set([...DEFAULT_ECOSYSTEMS, ...families.filter(isFamilyName)]);
  return [...all].toSorted().map((family) => ({ family, wanted: false }));
}

interface FeedWork {
  readonly name: string;
  readonly work: (run: FeedRun) => Promise<FeedOutcome>;
}

/** Runs one publication's work and keeps what came of it. */
async function runFeed(deps: Deps, input: Refresh, { name, work }: FeedWork): Promise<FeedReport> {
  const run = newRun(deps, input);
  deps.progress(`${name}: asking for changes`);
  try {
    input.signal.throwIfAborted();
    const { outcome, memo, taken, ...counts } = await work(run);
    const time = deps.now();
    if (outcome !== 'absent') {
      await deps.store.write((tx) => saveFeedSuccess(tx, { name, time, memo, ...counts }));
    }
    return { name, outcome, records: taken, requests: run.requests };
  } catch (error) {
    // Stopped from outside: no fault of the source.
    if (input.signal.aborted) throw input.signal.reason;
    const problem = problemOf(deps, name, error);
    await deps.store.write((tx) => saveFeedFailure(tx, { name, time: deps.now(), problem }));
    return { name, outcome: 'failed', records: 0, requests: run.requests, problem };
  }
}

function problemOf(deps: Deps, name: string, error: unknown): string {
  deps.log.warn({ err: error, feed: name }, 'advisories cannot be brought up to date');
  const text = isAssayError(error) ? error.message : 'an unexpected error; the log has it';
  return text.slice(0, MAX_PROBLEM);
}
