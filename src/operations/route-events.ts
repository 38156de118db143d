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
  appendOutbox,
  countWaiting,
  deleteOutbox,
  listOutbox,
} from '../store/outbox-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { addEvents } from './add-events.ts';
import { askForAnnouncement } from './announcement-job.ts';
import type { Deps } from './deps.ts';

/** Rows that one transaction takes on; each holds at most fifty events. */
const ROWS = 5;
/** Projects that one transaction asks for. */
const PROJECTS = 200;

/** One turn: the oldest rows. */
export async function routeEvents(deps: Deps, job: LeasedJob): Promise<void> {
  const generation = await findAdvisoryGeneration(deps.store);
  await deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    const rows = await listOutbox(tx, ROWS);
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

function routeRow(deps: Deps, tx: Tx, routed: Routed): Promise<void> {
  switch (routed.row.topic) {
    case 'events':
      return routeRowOfEvents(deps, tx, routed.row);
    case 'images-scanned':
      return routeScanned(deps, tx, routed.row);
    default:
      return routeChanged(deps, tx, routed);
  }
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

async function routeScanned(deps: Deps, tx: Tx, row: OutboxRow): Promise<void> {
  const digests = row.body['digests'] as readonly Digest[];
  if (row.project !== undefined) {
    await askForAnnouncement(deps, tx, { project: row.project, digests });
  }
}

/** Asks for some projects and writes a row for those that follow. */
async function routeChanged(deps: Deps, tx: Tx, { row, generation }: Routed): Promise<void> {
  const after = row.body['after'] as string;
  const list = { type: 'assay.occurrence.', after, limit: PROJECTS };
  const projects = await listSubscribedProjects(tx, list);
  for (const project of projects) await askForAnnouncement(deps, tx, { project, generation });
  const last = projects.at(-1);
  if (last === undefined || projects.length < PROJECTS) return;
  const rest = { topic: 'matches-changed', body: { after: last } } as const;
  await appendOutbox(tx, [{ id: deps.newId(), time: deps.now(), ...rest }]);
}
