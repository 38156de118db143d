/** Retention: decisions past their time go in whole batches and leave a checkpoint of the chain. */
import { DAY } from '../domain/time.ts';
import { pruneDecisions as pruneRows } from '../store/decision-log.ts';
import type { Deps } from './deps.ts';

/** How long decisions are kept. */
export const DECISION_RETENTION = 90 * DAY;
/** How many bytes of decisions are kept at most. */
const MAX_BYTES = 20 * 1024 ** 3;

/** Removes decisions older than `retention`, and the oldest beyond the bound on bytes. */
export async function pruneDecisions(
  deps: Deps,
  retention = DECISION_RETENTION,
): Promise<{ readonly decisions: number }> {
  const time = deps.now();
  const removed = await pruneRows(deps.store, {
    before: time - retention,
    maxBytes: MAX_BYTES,
    time,
  });
  if (removed.decisions > 0) {
    deps.store.forgetEvaluations();
    deps.log.info({ ...removed }, 'decisions past their retention were removed');
  }
  return { decisions: removed.decisions };
}
