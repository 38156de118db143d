/** Events to the destinations that want them, within the caller's transaction and their bounds. */
import type { NotificationEvent } from '../domain/notification-event.ts';
import { isSelected } from '../domain/notification-event.ts';
import { pubsubTopics } from '../google/pubsub-message.ts';
import { type KnownDestination, countDropped } from '../store/destination-rows.ts';
import { type NewDelivery, addDeliveries, countDeliveries } from '../store/delivery-rows.ts';
import { ensureJob } from '../store/job-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { contentDigest } from './content-digest.ts';
import type { Deps } from './deps.ts';

/** Events that may be on their way to one destination; more are dropped and counted. */
const MAX_BACKLOG = 10_000;
const PLAIN = /^[\x21-\x7e]{1,200}$/;

/** Sets events on their way to those of some destinations that select them, in the order given. */
export async function addEvents(
  deps: Deps,
  tx: Tx,
  given: {
    readonly events: readonly NotificationEvent[];
    readonly destinations: readonly KnownDestination[];
  },
): Promise<void> {
  for (const destination of given.destinations) {
    const wanted = given.events.filter((event) => isSelected(destination.selection, event));
    const deliveries = wanted.flatMap((event) => deliveriesOf(deps, destination, event));
    if (deliveries.length > 0) await addWithin(deps, tx, { destination, deliveries });
  }
}

/** One event for one destination: a message each for the topics of Pub/Sub, else itself. */
export function deliveriesOf(
  deps: Deps,
  { id, kind }: KnownDestination,
  event: NotificationEvent,
): readonly NewDelivery[] {
  const lanes =
    kind === 'pubsub'
      ? pubsubTopics(event).map((topic) => `${topic} ${laneOf(event)}`)
      : [laneOf(event)];
  return lanes.map((lane) => ({ destination: id, lane, dueAt: deps.now(), event }));
}

/** A subject may be long, and is anybody's text where it names an image: lanes are looked up by. */
function laneOf({ subject }: NotificationEvent): string {
  return PLAIN.test(subject) ? subject : contentDigest(subject);
}

async function addWithin(
  deps: Deps,
  tx: Tx,
  added: { readonly destination: KnownDestination; readonly deliveries: readonly NewDelivery[] },
): Promise<void> {
  const { id, project, name, pausedUntil } = added.destination;
  const room = Math.max(0, MAX_BACKLOG - (await countDeliveries(tx, id)));
  const fitting = added.deliveries.slice(0, room);
  await addDeliveries(tx, fitting);
  await ensureJob(tx, { kind: 'deliver-events', key: id }, Math.max(deps.now(), pausedUntil));
  const dropped = added.deliveries.length - fitting.length;
  if (dropped === 0) return;
  await countDropped(tx, id, dropped);
  deps.log.warn({ project, destination: name, dropped }, 'a destination is full; events dropped');
}
