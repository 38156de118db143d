/** Bounding what the queue of scans keeps: what failed long ago is nobody's news. */
import { DAY } from '../domain/time.ts';
import { pruneScanRequests as pruneRows } from '../store/scan-request-rows.ts';
import type { Deps } from './deps.ts';

const KEPT = 30 * DAY;

/** Deletes requests that failed long ago. */
export async function pruneScanRequests(deps: Deps): Promise<void> {
  await deps.store.write((tx) => pruneRows(tx, deps.now() - KEPT));
}
