/**
 * Sending events to one destination: of each lane the first, some lanes at once. What came of it is
 * written afterwards, so that a crash between sends again (under the same id) and loses nothing.
 */
import { isAssayError } from '../domain/error.ts';
import { DAY, type Micros, SECOND } from '../domain/time.ts';
import {
  type DestinationHealth,
  type KnownDestination,
  findDestination,
  saveHealth,
} from '../store/destination-rows.ts';
import {
  type Delivery,
  buryDeliveries,
  delayDeliveries,
  dropDeliveries,
  endDeliveries,
  findNextDue,
  listDueDeliveries,
} from '../store/delivery-rows.ts';
import { type LeasedJob, deleteJob, finishJob, isHeld } from '../store/job-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { outboundMessage } from './outbound-message.ts';
import { parseRetryAfter, retryDelay } from './retry-delay.ts';

/** Requests to one destination at once. */
const TOGETHER = 8;
/** Failures in a row after which a destination is only probed, one event at a time. */
const CIRCUIT = 5;
const LONGEST_PAUSE = 300 * SECOND;
/** An event is given up after so many tries. */
const MAX_ATTEMPTS = 16;
/** … or when it is older than this. */
export const MAX_EVENT_AGE: Micros = 3 * DAY;
/** Deliveries of a removed destination that one transaction deletes. */
const CLEARED = 1000;

interface Sent {
  readonly delivery: Delivery;
  /** Absent: it was taken. */
  readonly problem?: string;
  readonly retryAfter?: Micros | undefined;
}

/** One turn. */
export async function deliverEvents(deps: Deps, job: LeasedJob): Promise<void> {
  const destination = await findDestination(deps.store, job.key);
  if (destination === undefined) return clear(deps, job);
  const limit = destination.failures >= CIRCUIT ? 1 : TOGETHER;
  const due = { destination: destination.id, now: deps.now(), limit };
  const deliveries = await listDueDeliveries(deps.store, due);
  const sent = await Promise.all(deliveries.map((one) => send(deps, destination, one)));
  await deps.store.write((tx) => keep(deps, tx, { job, destination, sent }));
  logFailures(deps, destination, sent);
}

/** A destination that was removed takes what was on its way along. */
function clear(deps: Deps, job: LeasedJob): Promise<void> {
  return deps.store.write(async (tx) => {
    const dropped = await dropDeliveries(tx, job.key, CLEARED);
    if (dropped === CLEARED) await finishJob(tx, job, deps.now());
    else await deleteJob(tx, job);
  });
}

async function send(deps: Deps, destination: KnownDestination, delivery: Delivery): Promise<Sent> {
  const { event, lane } = delivery;
  try {
    const message = outboundMessage({ destination, event, lane, now: deps.now() });
    const answer = await deps.outbound.send(message);
    await answer.discard();
    if (answer.status >= 200 && answer.status < 300) return { delivery };
    const retryAfter = parseRetryAfter(answer.header('retry-after'), deps.now());
    return { delivery, problem: problemOf(answer.status), retryAfter };
  } catch (error) {
    if (isAssayError(error)) return { delivery, problem: error.message };
    // The error itself may carry the whole address.
    return { delivery, problem: 'it cannot be sent: a defect in Assay' };
  }
}

function problemOf(status: number): string {
  const redirect = status >= 300 && status < 400;
  return redirect ? `answered ${status}: redirects are not followed` : `answered ${status}`;
}

interface Kept {
  readonly job: LeasedJob;
  readonly destination: KnownDestination;
  readonly sent: readonly Sent[];
}

async function keep(deps: Deps, tx: Tx, { job, destination, sent }: Kept): Promise<void> {
  // Another has taken over and sends for itself.
  if (!(await isHeld(tx, job))) return;
  const now = deps.now();
  const failed = sent.filter(({ problem }) => problem !== undefined);
  const taken = sent.filter(({ problem }) => problem === undefined);
  await endDeliveries(
    tx,
    taken.map(({ delivery }) => delivery),
    now,
  );
  const later = failed.map((one) => retried(deps, one, now));
  await delayDeliveries(
    tx,
    later.filter((one) => !isLost(one, now)),
  );
  await buryDeliveries(
    tx,
    later.filter((one) => isLost(one, now)),
    now,
  );
  const health = healthOf(destination, sent, now);
  if (sent.length > 0) await saveHealth(tx, destination.id, health);
  const next = await findNextDue(tx, destination.id);
  await finishJob(tx, job, next && Math.max(next, health.pausedUntil));
}

function retried(
  deps: Deps,
  { delivery, problem = '', retryAfter = 0 }: Sent,
  now: Micros,
): Delivery & { readonly problem: string } {
  const attempts = delivery.attempts + 1;
  const [byte = 0] = deps.randomBytes(1);
  const wait = Math.max(retryAfter, retryDelay(attempts, byte / 256));
  return { ...delivery, attempts, dueAt: now + wait, problem };
}

function isLost({ attempts, event }: Delivery, now: Micros): boolean {
  return attempts >= MAX_ATTEMPTS || event.time < now - MAX_EVENT_AGE;
}

/** What one event's success says of a destination weighs more than others' failures. */
function healthOf(
  destination: KnownDestination,
  sent: readonly Sent[],
  now: Micros,
): DestinationHealth {
  const failed = sent.filter(({ problem }) => problem !== undefined);
  const problem = failed.at(-1)?.problem;
  const asked = Math.max(0, ...failed.map(({ retryAfter = 0 }) => retryAfter));
  if (failed.length < sent.length) {
    return { failures: 0, pausedUntil: asked === 0 ? 0 : now + asked, deliveredTime: now, problem };
  }
  const failures = destination.failures + failed.length;
  const broken = failures - CIRCUIT;
  const circuit = broken < 0 ? 0 : Math.min(LONGEST_PAUSE, 10 * SECOND * 2 ** Math.min(broken, 10));
  const pause = Math.max(asked, circuit);
  return { failures, pausedUntil: pause === 0 ? 0 : now + pause, problem };
}

function logFailures(deps: Deps, destination: KnownDestination, sent: readonly Sent[]): void {
  const problems = [...new Set(sent.flatMap(({ problem }) => problem ?? []))];
  if (problems.length === 0) return;
  const { project, name, failures } = destination;
  const fields = { project, destination: name, problems, failures: failures + 1 };
  deps.log.warn(fields, 'notifications were not delivered; they are tried again');
}
