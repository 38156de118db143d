/** Events that a destination would not take: showing them, and sending them once more. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import {
  type DeadLetter,
  addDeliveries,
  listDeadLetters as listRows,
  removeDeadLetters,
} from '../store/delivery-rows.ts';
import {
  type KnownDestination,
  requireDestination,
  saveHealth,
} from '../store/destination-rows.ts';
import { ensureJob } from '../store/job-rows.ts';
import { AssayError } from '../domain/error.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';

/** A dead letter as it is shown. */
export interface ShownDeadLetter {
  /** The event's id. */
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: Micros;
  readonly deadTime: Micros;
  readonly attempts: number;
  readonly problem: string;
}

/** Dead letters that are listed, and retried, at once. */
const MOST = 500;

interface Asked {
  readonly caller: Caller;
  readonly project: string;
  readonly name: string;
}

/** The newest dead letters of a destination. */
export async function listDeadLetters(
  deps: Deps,
  { caller, project, name }: Asked,
): Promise<readonly ShownDeadLetter[]> {
  authorise(caller, 'assay.notifications.list', project);
  const { id } = await requireDestination(deps.store, project, name);
  return (await listRows(deps.store, id, MOST)).map(({ event, deadTime, attempts, problem }) => ({
    id: event.id,
    type: event.type,
    subject: event.subject,
    time: event.time,
    deadTime,
    attempts,
    problem,
  }));
}

/**
 * Sets dead letters on their way again, the oldest first, behind what is on its way already: all
 * (500 at a time), or the one of an event. The destination counts as whole until it fails again.
 */
export async function retryDeadLetters(
  deps: Deps,
  input: Asked & { readonly event?: string },
): Promise<{ readonly retried: number }> {
  const { caller, project, name, event } = input;
  authorise(caller, 'assay.notifications.manage', project);
  return deps.store.write(async (tx) => {
    const destination = await requireDestination(tx, project, name);
    const rows = await listRows(tx, destination.id, event === undefined ? MOST : 2 * MOST);
    const letters = rows.filter((one) => event === undefined || one.event.id === event);
    if (event !== undefined && letters.length === 0) throw unknownEvent(name, event);
    await addDeliveries(
      tx,
      letters.toReversed().map((one) => deliveryOf(deps, destination, one)),
    );
    await removeDeadLetters(tx, letters);
    await saveHealth(tx, destination.id, { failures: 0, pausedUntil: 0 });
    await ensureJob(tx, { kind: 'deliver-events', key: destination.id }, deps.now());
    const resource = `projects/${project}/destinations/${name}`;
    const detail = { retried: letters.length };
    await audit(deps, tx, { caller, project, action: 'retry-dead-letters', resource, detail });
    return detail;
  });
}

function deliveryOf(deps: Deps, { id }: KnownDestination, { lane, event }: DeadLetter) {
  return { destination: id, lane, dueAt: deps.now(), event };
}

function unknownEvent(name: string, event: string): AssayError {
  const message = `destination ${name} has no dead letter of event ${event.slice(0, 64)}`;
  return new AssayError('not-found', `${message}; see: assay notifications dead-letters ${name}`);
}
