/**
 * Taking jobs: of several replicas one does a thing at a time. Nothing is written while there is
 * nothing to do.
 */
import { AssayError } from '../domain/error.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import {
  type JobKey,
  type JobKind,
  type LeasedJob,
  endLeases,
  ensureJob,
  extendLease,
  finishJob,
  hasDueJob,
  leaseJobs,
} from '../store/job-rows.ts';
import { countWaiting } from '../store/outbox-rows.ts';
import type { Deps } from './deps.ts';

/**
 * Longer than any turn of a job may last; a process that died gives its jobs up after this long.
 */
export const JOB_LEASE: Micros = 30 * SECOND;
/** In milliseconds. */
const RENEW_EVERY = 8000;
const AFTER_FAILURE = 10 * SECOND;

const ROUTING = { kind: 'route-events', key: '' } as const;

/** Takes up to `limit` due jobs of a kind. */
export async function takeJobs(
  deps: Deps,
  kind: JobKind,
  limit: number,
): Promise<readonly LeasedJob[]> {
  const now = deps.now();
  // The outbox asks for its own routing: whoever writes to it writes one row and no more.
  const waits = kind === 'route-events' && (await countWaiting(deps.store)) > 0;
  if (!waits && !(await hasDueJob(deps.store, kind, now))) return [];
  return deps.store.write(async (tx) => {
    if (waits) await ensureJob(tx, ROUTING, now);
    return leaseJobs(tx, { kind, now, until: now + JOB_LEASE, limit });
  });
}

/** Gives a job back that failed, to be run again a little later. */
export async function giveBack(deps: Deps, job: LeasedJob): Promise<void> {
  await deps.store.write((tx) => finishJob(tx, job, deps.now() + AFTER_FAILURE));
}

/**
 * Frees what a server that died still held, so that a restart goes on at once. Only for who has the
 * store alone: over a shared database another may hold them.
 */
export async function freeJobs(deps: Deps): Promise<void> {
  await deps.store.write(endLeases);
}

/** Takes a job now, whenever it was due; undefined: somebody else has it. */
export function takeJobNow(deps: Deps, job: JobKey): Promise<LeasedJob | undefined> {
  const now = deps.now();
  return deps.store.write(async (tx) => {
    await ensureJob(tx, job, now);
    const due = { kind: job.kind, now, until: now + JOB_LEASE, limit: 1 };
    return (await leaseJobs(tx, due)).find(({ key }) => key === job.key);
  });
}

/** A job that is kept for longer than a lease lasts. */
export interface KeptJob {
  /** Aborted where it was lost to another. */
  readonly signal: AbortSignal;
  /**
   * Keeps it no longer, once what was begun has ended: a lease that is prolonged after its job was
   * given back would hold up the next run. Whoever has it must still give it back.
   */
  readonly end: () => Promise<void>;
}

/** Prolongs a job's lease again and again, until it is ended or lost. */
export function keepJob(deps: Deps, job: LeasedJob): KeptJob {
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const held = await deps.store.write((tx) => extendLease(tx, job, deps.now() + JOB_LEASE));
    if (held) return;
    lost.abort(new AssayError('aborted', `job ${job.kind} was taken over by another process`));
  };
  let last: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    last = renew().catch((error: unknown) =>
      deps.log.warn({ err: error, kind: job.kind }, 'a lease cannot be prolonged'),
    );
  }, RENEW_EVERY);
  timer.unref();
  return {
    signal: lost.signal,
    end: () => {
      clearInterval(timer);
      return last;
    },
  };
}
