/** The jobs that bring events from changes to destinations. */
import { announceMatches } from '../operations/announce-matches.ts';
import { deliverEvents } from '../operations/deliver-events.ts';
import { routeEvents } from '../operations/route-events.ts';
import type { JobLane } from './run-jobs.ts';

/** Routing and comparing one at a time each; destinations side by side. */
export const NOTIFICATION_LANES: readonly JobLane[] = [
  { kind: 'route-events', width: 1, run: routeEvents },
  { kind: 'announce-matches', width: 1, run: announceMatches },
  { kind: 'deliver-events', width: 16, run: deliverEvents },
];
