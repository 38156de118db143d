/** The jobs that scan: what was asked for, and the polls that ask. */
import { pollWatch } from '../operations/poll-watch.ts';
import { rereadImages } from '../operations/reread-images.ts';
import { runScanJob } from '../operations/run-scan-job.ts';
import { takeScans } from '../operations/take-scans.ts';
import type { JobLane } from './run-jobs.ts';

/** How many scans run at once in this process, and how many of one registry over all. */
export interface ScanWidth {
  readonly workers: number;
  readonly perRegistry: number;
}

/** Polls of watches that run at once. */
const POLLS = 2;

/** The lanes of scans. */
export function scanLanes({ workers, perRegistry }: ScanWidth): readonly JobLane[] {
  // A replica may leave scans and polls to others.
  if (workers === 0) return [];
  return [
    {
      kind: 'scan',
      width: workers,
      take: (deps, limit) => takeScans(deps, limit, perRegistry),
      run: runScanJob,
    },
    { kind: 'poll-watch', width: POLLS, run: pollWatch },
    { kind: 'reread-images', width: 1, run: (deps, job) => rereadImages(deps, job) },
  ];
}
