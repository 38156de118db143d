/** Destinations of events, with how they are faring. */
import type { Destination, DestinationKind } from '../domain/destination.ts';
import { AssayError } from '../domain/error.ts';
import type { EventSelection, EventType } from '../domain/notification-event.ts';
import type { Micros } from '../domain/time.ts';
import type { DestinationTable } from './schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** A destination and how it is faring. */
export interface KnownDestination extends Destination {
  /** Failed deliveries since the last one that succeeded. */
  readonly failures: number;
  /** Nothing is sent before; 0: now. */
  readonly pausedUntil: Micros;
  /** Events that found its backlog full. */
  readonly dropped: number;
  readonly deliveredTime?: Micros;
  /** Why the last delivery failed. */
  readonly problem?: string;
}

/** How a destination fares after deliveries. */
export type DestinationHealth = Pick<KnownDestination, 'failures' | 'pausedUntil'> & {
  readonly deliveredTime?: Micros | undefined;
  readonly problem?: string | undefined;
};

interface DestinationBody {
  readonly kind: DestinationKind;
  readonly url: string;
  readonly secret?: string;
  readonly topicProject?: string;
  readonly selection: EventSelection;
}

const byName = statement((sql, p: { project: string; name: string }) =>
  sql
    .selectFrom('destination')
    .selectAll()
    .where('project', '=', p.project)
    .where('name', '=', p.name),
);

const byId = statement((sql, p: { id: string }) =>
  sql.selectFrom('destination').selectAll().where('id', '=', p.id),
);

const ofProject = statement((sql, p: { project: string }) =>
  sql.selectFrom('destination').selectAll().where('project', '=', p.project).orderBy('name'),
);

const typesOf = statement((sql, p: { project: string }) =>
  sql.selectFrom('destination').select('types').where('project', '=', p.project),
);

const projectsAfter = statement((sql, p: { like: string; after: string; limit: number }) =>
  sql
    .selectFrom('destination')
    .select('project')
    .distinct()
    .where('types', 'like', p.like)
    .where('project', '>', p.after)
    .orderBy('project')
    .limit(p.limit),
);

const addDropped = statement((sql, p: { id: string; count: number }) =>
  sql
    .updateTable('destination')
    .set((kept) => ({ dropped: kept('dropped', '+', p.count) }))
    .where('id', '=', p.id),
);

/** Keeps a new destination; `already-exists` where its project has one of that name. */
export async function createDestination(tx: Tx, destination: Destination): Promise<void> {
  const { id, project, name, selection, createTime, ...rest } = destination;
  const insert = tx.sql.insertInto('destination').values({
    id,
    project,
    name,
    types: `,${selection.types.join(',')},`,
    body: formatStored({ ...rest, selection }),
    create_time: createTime,
    failures: 0,
    paused_until: 0,
    dropped: 0,
    delivered_time: null,
    problem: null,
  });
  const made = await tx.run(insert.onConflict((conflict) => conflict.doNothing()));
  if (made === 1) return;
  throw new AssayError('already-exists', `destination ${name} exists; remove it, or take a name`);
}

/** A project's destination of a name; throws `not-found`. */
export async function requireDestination(
  db: Reader,
  project: string,
  name: string,
): Promise<KnownDestination> {
  const row = await db.first(byName({ project, name }));
  if (row !== undefined) return fromRow(row);
  const message = `project ${project} has no destination ${JSON.stringify(name.slice(0, 80))}`;
  throw new AssayError('not-found', `${message}; see: assay notifications list`);
}

/** A destination by its id, or undefined. */
export async function findDestination(
  db: Reader,
  id: string,
): Promise<KnownDestination | undefined> {
  const row = await db.first(byId({ id }));
  return row && fromRow(row);
}

/** A project's destinations by name. */
export async function listDestinations(db: Reader, project: string): Promise<KnownDestination[]> {
  return (await db.all(ofProject({ project }))).map(fromRow);
}

/** The ids of all destinations, at most 10,000. */
export async function listDestinationIds(db: Reader): Promise<string[]> {
  const rows = db.sql.selectFrom('destination').select('id').orderBy('id').limit(10_000);
  return (await db.all(rows)).map(({ id }) => id);
}

/** The types of events that any of a project's destinations wants. */
export async function listWantedTypes(
  db: Reader,
  project: string,
): Promise<ReadonlySet<EventType>> {
  const rows = await db.all(typesOf({ project }));
  // Written from EventTypes only.
  return new Set(rows.flatMap(({ types }) => types.split(',').filter(Boolean) as EventType[]));
}

/** Projects after one, by name, that have a destination for a type, or for all of a noun's. */
export async function listSubscribedProjects(
  db: Reader,
  list: { readonly type: string; readonly after: string; readonly limit: number },
): Promise<string[]> {
  const like = `%,${list.type}%`;
  return (await db.all(projectsAfter({ ...list, like }))).map(({ project }) => project);
}

/** Deletes a destination with its dead letters; its deliveries are deleted when they come due. */
export async function deleteDestination(tx: Tx, id: string): Promise<void> {
  await tx.run(tx.sql.deleteFrom('dead_letter').where('destination', '=', id));
  await tx.run(tx.sql.deleteFrom('destination').where('id', '=', id));
}

/** Keeps how a destination fares. */
export async function saveHealth(tx: Tx, id: string, health: DestinationHealth): Promise<void> {
  const { failures, pausedUntil, deliveredTime, problem } = health;
  const update = tx.sql.updateTable('destination').where('id', '=', id);
  const delivered = deliveredTime === undefined ? {} : { delivered_time: deliveredTime };
  await tx.run(
    update.set({ failures, paused_until: pausedUntil, problem: problem ?? null, ...delivered }),
  );
}

/** Counts events that a destination was not given. */
export async function countDropped(tx: Tx, id: string, count: number): Promise<void> {
  await tx.run(addDropped({ id, count }));
}

function fromRow(row: DestinationTable): KnownDestination {
  const { delivered_time: deliveredTime, problem } = row;
  return {
    id: row.id,
    project: row.project,
    name: row.name,
    createTime: row.create_time,
    ...parseStored<DestinationBody>(row.body),
    failures: row.failures,
    pausedUntil: row.paused_until,
    dropped: row.dropped,
    ...(deliveredTime === null ? {} : { deliveredTime }),
    ...(problem === null ? {} : { problem }),
  };
}
