/**
 * Taking jobs: of several replicas one does a thing at a time. Nothing is written while there is
 * nothing to do.
 */
import { SECOND } from '../domain/time.ts';
import {
  type JobKind,
  type LeasedJob,
  endLeases,
  ensureJob,
  finishJob,
  hasDueJob,
  leaseJobs,
} from '../store/job-rows.ts';
import { countWaiting } from '../store/outbox-rows.ts';
import type { Deps } from './deps.ts';

/**
 * Longer than any turn of a job may last; a process that died gives its jobs up after this long.
 */
const LEASE = 30 * SECOND;
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
    return leaseJobs(tx, { kind, now, until: now + LEASE, limit });
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
