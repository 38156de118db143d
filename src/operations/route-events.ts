/**
 * From the outbox to destinations: events go to those that want them, word of changed facts becomes
 * jobs that compare. A row is deleted in the transaction that takes it on, so that a crash loses
 * nothing and doubles nothing.
 */
import type { Digest } from '../domain/digest.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import { findAdvisoryGeneration } from '../store/advisory-rows.ts';
import {
  type KnownDestination,
  listDestinations,
  listSubscribedProjects,
} from '../store/destination-rows.ts';
import { type LeasedJob, finishJob, isHeld } from '../store/job-rows.ts';
import {
  type OutboxRow,
  type OutboxTopic,
  appendOutbox,
  countWaiting,
  deleteOutbox,
  dropOldestOutbox,
  listOutbox,
} from '../store/outbox-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { addEvents } from './add-events.ts';
import { EVERY_GENERATION, askForAnnouncement } from './announcement-job.ts';
import type { Deps } from './deps.ts';
import { isPassing } from './passing-error.ts';

/** Rows that one transaction takes on; each holds at most fifty events. */
const ROWS = 5;
/** Projects that one transaction asks for. */
const PROJECTS = 200;

/**
 * One turn: the oldest rows. Where they cannot be taken on together, the oldest alone; one that
 * cannot be taken on at all is dropped, and logged, for it would hold up all others.
 */
export async function routeEvents(deps: Deps, job: LeasedJob): Promise<void> {
  try {
    await routeOldest(deps, job, ROWS);
  } catch (error) {
    if (isPassing(error)) throw error;
    deps.log.warn({ err: error }, 'events cannot be routed together; one by one');
    await routeAlone(deps, job);
  }
}

async function routeAlone(deps: Deps, job: LeasedJob): Promise<void> {
  try {
    await routeOldest(deps, job, 1);
  } catch (error) {
    if (isPassing(error)) throw error;
    deps.log.error({ err: error }, 'an event cannot be routed; it is dropped');
    await deps.store.write(async (tx) => {
      if (!(await isHeld(tx, job))) return;
      await dropOldestOutbox(tx);
      await finishJob(tx, job, deps.now());
    });
  }
}

async function routeOldest(deps: Deps, job: LeasedJob, limit: number): Promise<void> {
  const generation = await findAdvisoryGeneration(deps.store);
  await deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    const rows = await listOutbox(tx, limit);
    for (const row of rows) await routeRow(deps, tx, { row, generation });
    await deleteOutbox(tx, rows);
    const more = (await countWaiting(tx)) > 0;
    await finishJob(tx, job, more ? deps.now() : undefined);
  });
}

interface Routed {
  readonly row: OutboxRow;
  readonly generation: number;
}

type Route = (deps: Deps, tx: Tx, routed: Routed) => Promise<void>;

const ROUTES: Readonly<Record<OutboxTopic, Route>> = {
  events: (deps, tx, { row }) => routeRowOfEvents(deps, tx, row),
  'images-scanned': (deps, tx, { row: { project, body } }) =>
    // Written by emitScanned only.
    ask(deps, tx, { project, digests: body['digests'] as readonly Digest[] }),
  'assessments-changed': (deps, tx, { row: { project } }) =>
    ask(deps, tx, { project, generation: EVERY_GENERATION }),
  'matches-changed': (deps, tx, { row, generation }) =>
    routeToSubscribed(deps, tx, { row, asked: { generation } }),
  'packages-changed': (deps, tx, { row }) =>
    // Written by emitPackagesChanged only.
    routeToSubscribed(deps, tx, {
      row,
      asked: { packages: row.body['packages'] as readonly number[] },
    }),
};

function routeRow(deps: Deps, tx: Tx, routed: Routed): Promise<void> {
  // Another version may have written it; what has no route fails, and is dropped.
  return ROUTES[routed.row.topic as OutboxTopic](deps, tx, routed);
}

type Asked = Omit<Parameters<typeof askForAnnouncement>[2], 'project'>;

async function ask(
  deps: Deps,
  tx: Tx,
  { project, ...asked }: Asked & { readonly project: string | undefined },
): Promise<void> {
  if (project !== undefined) await askForAnnouncement(deps, tx, { project, ...asked });
}

async function routeRowOfEvents(deps: Deps, tx: Tx, row: OutboxRow): Promise<void> {
  // Written by emit and denial-rows only.
  const events = row.body['events'] as readonly NotificationEvent[];
  if (row.project !== undefined) {
    const destinations = await listDestinations(tx, row.project);
    return addEvents(deps, tx, { events, destinations });
  }
  for (const event of events) {
    const destinations = await destinationsOfAll(tx, event);
    await addEvents(deps, tx, { events: [event], destinations });
  }
}

/** Everybody's event goes to every project; of more than are counted here, to the first. */
async function destinationsOfAll(tx: Tx, event: NotificationEvent): Promise<KnownDestination[]> {
  const list = { type: `${event.type},`, after: '', limit: 5 * PROJECTS };
  const found: KnownDestination[] = [];
  for (const project of await listSubscribedProjects(tx, list)) {
    found.push(...(await listDestinations(tx, project)));
  }
  return found;
}

/** Asks for some projects and writes a row for those that follow. */
async function routeToSubscribed(
  deps: Deps,
  tx: Tx,
  { row, asked }: { readonly row: OutboxRow; readonly asked: Asked },
): Promise<void> {
  const after = row.body['after'] as string;
  const list = { type: 'assay.occurrence.', after, limit: PROJECTS };
  const projects = await listSubscribedProjects(tx, list);
  for (const project of projects) await askForAnnouncement(deps, tx, { project, ...asked });
  const last = projects.at(-1);
  if (last === undefined || projects.length < PROJECTS) return;
  const topic = row.topic as OutboxTopic;
  const body = { ...row.body, after: last };
  await appendOutbox(tx, [{ id: deps.newId(), time: deps.now(), topic, body }]);
}
