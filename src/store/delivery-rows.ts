/**
 * Events on their way to destinations. Those of one lane (a destination's subject) go one after
 * another: only the first has a due time, and its end gives the next one its own.
 */
import { type Selectable, sql as raw } from 'kysely';
import type { NotificationEvent } from '../domain/notification-event.ts';
import type { Micros } from '../domain/time.ts';
import type { DeliveryTable } from './schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** An event for a destination, to be sent from a time on. */
export interface NewDelivery {
  readonly destination: string;
  /** What is sent in order: the event's subject, or a topic's part of it. */
  readonly lane: string;
  readonly dueAt: Micros;
  readonly event: NotificationEvent;
}

/** An event on its way. */
export interface Delivery extends NewDelivery {
  readonly sequence: number;
  /** How often it was sent in vain. */
  readonly attempts: number;
}

/** An event that was given up. */
export interface DeadLetter {
  readonly sequence: number;
  readonly lane: string;
  readonly deadTime: Micros;
  readonly attempts: number;
  readonly problem: string;
  readonly event: NotificationEvent;
}

interface DeliveryRow {
  readonly destination: string;
  readonly lane: string;
  readonly eventId: string;
  readonly time: Micros;
  readonly dueAt: Micros;
  readonly body: string;
}

const insertDelivery = statement((sql, p: DeliveryRow) =>
  sql.insertInto('delivery').values((on) => ({
    destination: p.destination,
    lane: p.lane,
    event_id: p.eventId,
    time: p.time,
    due_at: on
      .case()
      .when(
        on.exists(
          on
            .selectFrom('delivery')
            .select('sequence')
            .where('destination', '=', p.destination)
            .where('lane', '=', p.lane),
        ),
      )
      .then(null)
      .else(raw<number>`cast(${p.dueAt} as bigint)`)
      .end(),
    attempts: 0,
    body: p.body,
  })),
);

interface DueList {
  readonly destination: string;
  readonly now: Micros;
  readonly limit: number;
}

const dueRows = statement((sql, p: DueList) =>
  sql
    .selectFrom('delivery')
    .selectAll()
    .where('destination', '=', p.destination)
    .where('due_at', '<=', p.now)
    .orderBy('due_at')
    .orderBy('sequence')
    .limit(p.limit),
);

const nextDue = statement((sql, p: { destination: string }) =>
  sql
    .selectFrom('delivery')
    .select('due_at')
    .where('destination', '=', p.destination)
    .where('due_at', 'is not', null)
    .orderBy('due_at')
    .limit(1),
);

const removeDelivery = statement((sql, p: { sequence: number }) =>
  sql.deleteFrom('delivery').where('sequence', '=', p.sequence),
);

const wakeNext = statement((sql, p: { destination: string; lane: string; dueAt: Micros }) =>
  sql
    .updateTable('delivery')
    .set({ due_at: p.dueAt })
    .where('sequence', '=', (next) =>
      next
        .selectFrom('delivery')
        .select((first) => first.fn.min('sequence').as('first'))
        .where('destination', '=', p.destination)
        .where('lane', '=', p.lane),
    ),
);

const delay = statement((sql, p: { sequence: number; attempts: number; dueAt: Micros }) =>
  sql
    .updateTable('delivery')
    .set({ attempts: p.attempts, due_at: p.dueAt })
    .where('sequence', '=', p.sequence),
);

interface DeadRow {
  readonly destination: string;
  readonly lane: string;
  readonly eventId: string;
  readonly time: Micros;
  readonly deadTime: Micros;
  readonly attempts: number;
  readonly problem: string;
  readonly body: string;
}

const insertDead = statement((sql, p: DeadRow) =>
  sql.insertInto('dead_letter').values({
    destination: p.destination,
    lane: p.lane,
    event_id: p.eventId,
    time: p.time,
    dead_time: p.deadTime,
    attempts: p.attempts,
    problem: p.problem,
    body: p.body,
  }),
);

const removeDead = statement((sql, p: { sequence: number }) =>
  sql.deleteFrom('dead_letter').where('sequence', '=', p.sequence),
);

/** Sets events on their way, in the order given. */
export async function addDeliveries(tx: Tx, given: readonly NewDelivery[]): Promise<void> {
  await tx.runMany(
    insertDelivery,
    given.map(({ event, ...delivery }) => ({
      ...delivery,
      eventId: event.id,
      time: event.time,
      body: formatStored({ event }),
    })),
  );
}

/** How many events are on their way to a destination. */
export async function countDeliveries(db: Reader, destination: string): Promise<number> {
  const rows = db.sql.selectFrom('delivery').select((all) => all.fn.countAll().as('count'));
  return Number((await db.first(rows.where('destination', '=', destination)))?.count ?? 0);
}

/** The events that may be sent to a destination now: of each lane the first. */
export async function listDueDeliveries(db: Reader, list: DueList): Promise<Delivery[]> {
  return (await db.all(dueRows(list))).map(fromRow);
}

/** When the next event of a destination is due; undefined: none is on its way. */
export async function findNextDue(db: Reader, destination: string): Promise<Micros | undefined> {
  return (await db.first(nextDue({ destination })))?.due_at ?? undefined;
}

/** Ends deliveries; the next of each lane is due from `now` on. */
export async function endDeliveries(
  tx: Tx,
  ended: readonly Delivery[],
  now: Micros,
): Promise<void> {
  await tx.runMany(removeDelivery, ended);
  await tx.runMany(
    wakeNext,
    ended.map(({ destination, lane }) => ({ destination, lane, dueAt: now })),
  );
}

/** Has deliveries wait until their `dueAt`, with the attempts that they say. */
export async function delayDeliveries(tx: Tx, delayed: readonly Delivery[]): Promise<void> {
  await tx.runMany(delay, delayed);
}

/** Ends deliveries and keeps them as dead letters, each with why. */
export async function buryDeliveries(
  tx: Tx,
  buried: readonly (Delivery & { readonly problem: string })[],
  now: Micros,
): Promise<void> {
  await tx.runMany(
    insertDead,
    buried.map(({ destination, lane, attempts, problem, event }) => ({
      destination,
      lane,
      attempts,
      problem,
      eventId: event.id,
      time: event.time,
      deadTime: now,
      body: formatStored({ event }),
    })),
  );
  await endDeliveries(tx, buried, now);
}

/** Deliveries of events from before a time. */
export async function listOldDeliveries(
  db: Reader,
  old: { readonly destination: string; readonly before: Micros; readonly limit: number },
): Promise<Delivery[]> {
  const rows = db.sql.selectFrom('delivery').selectAll();
  const own = rows.where('destination', '=', old.destination).where('time', '<', old.before);
  return (await db.all(own.orderBy('sequence').limit(old.limit))).map(fromRow);
}

/** Deletes up to `limit` deliveries of a destination; answers how many. */
export async function dropDeliveries(tx: Tx, destination: string, limit: number): Promise<number> {
  const rows = tx.sql.selectFrom('delivery').select('sequence');
  const found = await tx.all(rows.where('destination', '=', destination).limit(limit));
  return tx.runMany(removeDelivery, found);
}

/** How many events a destination would not take. */
export async function countDeadLetters(db: Reader, destination: string): Promise<number> {
  const rows = db.sql.selectFrom('dead_letter').select((all) => all.fn.countAll().as('count'));
  return Number((await db.first(rows.where('destination', '=', destination)))?.count ?? 0);
}

/** The dead letters of a destination, newest first. */
export async function listDeadLetters(
  db: Reader,
  destination: string,
  limit: number,
): Promise<DeadLetter[]> {
  const rows = db.sql.selectFrom('dead_letter').selectAll();
  const newest = rows.where('destination', '=', destination).orderBy('sequence', 'desc');
  return (await db.all(newest.limit(limit))).map((row) => ({
    sequence: row.sequence,
    lane: row.lane,
    deadTime: row.dead_time,
    attempts: row.attempts,
    problem: row.problem,
    ...parseStored<{ event: NotificationEvent }>(row.body),
  }));
}

/** Deletes dead letters. */
export async function removeDeadLetters(
  tx: Tx,
  letters: readonly { readonly sequence: number }[],
): Promise<void> {
  await tx.runMany(removeDead, letters);
}

/** Deletes a destination's dead letters from before a time, and all but its newest `keep`. */
export async function pruneDeadLetters(
  tx: Tx,
  destination: string,
  limits: { readonly before: Micros; readonly keep: number },
): Promise<void> {
  const own = tx.sql.deleteFrom('dead_letter').where('destination', '=', destination);
  await tx.run(own.where('dead_time', '<', limits.before));
  const rows = tx.sql.selectFrom('dead_letter').select('sequence');
  const newest = rows.where('destination', '=', destination).orderBy('sequence', 'desc');
  const last = await tx.first(newest.offset(limits.keep).limit(1));
  if (last !== undefined) await tx.run(own.where('sequence', '<=', last.sequence));
}

function fromRow(row: Selectable<DeliveryTable>): Delivery {
  return {
    sequence: row.sequence,
    destination: row.destination,
    lane: row.lane,
    dueAt: row.due_at ?? 0,
    attempts: row.attempts,
    ...parseStored<{ event: NotificationEvent }>(row.body),
  };
}
