/** The job that keeps advisories up to date. */
import type { Deps } from '../operations/deps.ts';
import { refreshAdvisories } from '../operations/refresh-advisories.ts';
import type { JobLane } from './run-jobs.ts';

/** One at a time, and none for a server that calls nobody for advisories. */
export function advisoryLanes({ feeds }: Deps): readonly JobLane[] {
  if (feeds === undefined || feeds.offline) return [];
  return [{ kind: 'refresh-advisories', width: 1, run: refreshAdvisories }];
}
