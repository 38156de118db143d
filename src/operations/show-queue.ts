/** How long the queue of scans is, over all projects and replicas. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { countScanJobs } from '../store/scan-job-rows.ts';
import type { Deps } from './deps.ts';

/** Images that wait, and those that are being read. */
export interface QueueDepth {
  readonly waiting: number;
  readonly running: number;
}

/** Counts them. */
export async function showQueue(
  deps: Deps,
  { caller }: { readonly caller: Caller },
): Promise<QueueDepth> {
  authoriseSomewhere(caller, 'assay.images.list');
  return countScanJobs(deps.store, deps.now());
}
