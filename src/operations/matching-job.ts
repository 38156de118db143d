/**
 * What is still to be matched in the background: the generations of advisories whose changes were
 * not walked yet, and where all packages are to be looked at, how far that has come. Kept in the
 * job's body, so that a restart goes on there.
 */
import type { Micros } from '../domain/time.ts';
import { type JobKey, ensureJob, findJobBody, saveJobBody } from '../store/job-rows.ts';
import type { Reader, Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';

/** A place among the changes of one generation. */
export interface MatchingStep {
  readonly generation: number;
  readonly after: { readonly ecosystem: string; readonly name: string };
}

/** What is to be done. */
export interface MatchingWork {
  /** Generations, the oldest first. */
  readonly queue: readonly MatchingStep[];
  /** Packages up to this id were looked at; absent: no look over all is under way. */
  readonly sweep?: number;
}

/** The one job. */
export const MATCHING_JOB: JobKey = { kind: 'match-packages', key: '' };

/** Generations in the queue; of more, a look over all packages finds what they changed. */
const MAX_QUEUE = 100;
const START = { ecosystem: '', name: '' };

/** Asks for the packages to be matched that a generation concerns. */
export async function askForMatching(deps: Deps, tx: Tx, generation: number): Promise<void> {
  await ask(tx, deps.now(), ({ queue, ...rest }) =>
    queue.length >= MAX_QUEUE
      ? { queue: [], sweep: 0 }
      : { queue: [...queue, { generation, after: START }], ...rest },
  );
}

/** Asks for all packages to be looked at, and the stale ones to be matched. */
export function askForSweep(deps: Deps, tx: Tx): Promise<void> {
  return ask(tx, deps.now(), () => ({ queue: [], sweep: 0 }));
}

/** What there is to do. */
export async function readMatchingWork(db: Reader): Promise<MatchingWork> {
  const body = await findJobBody<MatchingWork>(db, MATCHING_JOB);
  const { queue = [], sweep } = body ?? {};
  return { queue, ...(sweep === undefined ? {} : { sweep }) };
}

async function ask(
  tx: Tx,
  now: Micros,
  change: (work: MatchingWork) => MatchingWork,
): Promise<void> {
  await ensureJob(tx, MATCHING_JOB, now);
  await saveJobBody(tx, MATCHING_JOB, change(await readMatchingWork(tx)));
}
