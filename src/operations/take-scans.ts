/** Taking scans from the queue: the most urgent first, of one registry only some at once. */
import { hasDueJob, type LeasedJob } from '../store/job-rows.ts';
import { leaseScanJobs } from '../store/scan-job-rows.ts';
import type { Deps } from './deps.ts';
import { JOB_LEASE } from './job-lease.ts';

/** Takes up to `limit` due scans. */
export async function takeScans(
  deps: Deps,
  limit: number,
  perRegistry: number,
): Promise<readonly LeasedJob[]> {
  const now = deps.now();
  if (!(await hasDueJob(deps.store, 'scan', now))) return [];
  const until = now + JOB_LEASE;
  return deps.store.write((tx) => leaseScanJobs(tx, { now, until, limit, perRegistry }));
}
