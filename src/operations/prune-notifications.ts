/** Bounding what notifications keep: events that nobody took in days, and old dead letters. */
import { DAY } from '../domain/time.ts';
import { buryDeliveries, listOldDeliveries, pruneDeadLetters } from '../store/delivery-rows.ts';
import { listDestinationIds } from '../store/destination-rows.ts';
import { MAX_EVENT_AGE } from './deliver-events.ts';
import type { Deps } from './deps.ts';

/** Dead letters of a destination that are kept, and for how long. */
const DEAD_LETTERS = { keep: 1000, age: 30 * DAY };
/** Events that one transaction gives up. */
const TOGETHER = 200;

/** Gives up what is too old, and deletes what was given up long ago. */
export async function pruneNotifications(deps: Deps): Promise<void> {
  for (const id of await listDestinationIds(deps.store)) {
    while ((await buryOld(deps, id)) === TOGETHER);
    const before = deps.now() - DEAD_LETTERS.age;
    const limits = { before, keep: DEAD_LETTERS.keep };
    await deps.store.write((tx) => pruneDeadLetters(tx, id, limits));
  }
}

function buryOld(deps: Deps, destination: string): Promise<number> {
  const now = deps.now();
  const old = { destination, before: now - MAX_EVENT_AGE, limit: TOGETHER };
  return deps.store.write(async (tx) => {
    const deliveries = await listOldDeliveries(tx, old);
    const problem = 'it was not taken within three days';
    await buryDeliveries(
      tx,
      deliveries.map((one) => ({ ...one, problem })),
      now,
    );
    return deliveries.length;
  });
}
