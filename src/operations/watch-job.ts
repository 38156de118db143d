/** The job that polls a watch: there is one while the watch is on and has an interval. */
import type { Micros } from '../domain/time.ts';
import type { Watch } from '../domain/watch.ts';
import { deleteJob, ensureJob, type JobKey } from '../store/job-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';

/** How far a round of polling is, and what came of the last one. */
export interface PollState {
  /** The last tag that was looked at in this round. */
  readonly after?: string;
  /** Tags of this round so far. */
  readonly seen?: number;
  /** When the last round ended. */
  readonly pollTime?: Micros;
  readonly problem?: string;
}

/** The job of a watch. */
export function watchJob({ project, pattern }: Pick<Watch, 'project' | 'pattern'>): JobKey {
  return { kind: 'poll-watch', key: `${project} ${pattern}` };
}

/** The watch of a job: a project's id has no blanks. */
export function parseWatchJob(key: string): { project: string; pattern: string } {
  const end = key.indexOf(' ');
  return { project: key.slice(0, end), pattern: key.slice(end + 1) };
}

/** Has a watch polled from now on, or no more. */
export async function keepWatchJob(deps: Deps, tx: Tx, watch: Watch): Promise<void> {
  const job = watchJob(watch);
  if (watch.on && watch.pollEvery !== undefined) await ensureJob(tx, job, deps.now());
  else await deleteJob(tx, job);
}
