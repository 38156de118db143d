/** The job that keeps matches true without being asked. */
import { matchInBackground } from '../operations/match-in-background.ts';
import type { JobLane } from './run-jobs.ts';

/** One at a time over all replicas: it writes nearly all the while. */
export const MATCHING_LANES: readonly JobLane[] = [
  { kind: 'match-packages', width: 1, run: matchInBackground },
];
