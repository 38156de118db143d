/**
 * The outbox: what happened and is still to be routed, written in the transaction of the change. It
 * is a queue: rows are taken in the order of their numbers and deleted, so that a row that commits
 * late is not passed over.
 */
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** What a row holds: events, or word of what is to be compared with what was told before. */
export type OutboxTopic =
  | 'events'
  | 'images-scanned'
  | 'assessments-changed'
  | 'matches-changed'
  | 'packages-changed';

/** A row to be written. */
export interface NewOutboxRow {
  /** UUIDv7. */
  readonly id: string;
  readonly time: Micros;
  readonly project?: string | undefined;
  readonly topic: OutboxTopic;
  readonly body: object;
}

/** A row as it is read; `body` as its topic has it. */
export interface OutboxRow {
  readonly sequence: number;
  readonly project?: string;
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Rows that may wait. Beyond it nobody is routing, and events are dropped. */
const MAX_WAITING = 5000;

type Flat = Omit<NewOutboxRow, 'body'> & { readonly body: string };

const insertRow = statement((sql, p: Flat) =>
  sql.insertInto('outbox').values({
    id: p.id,
    time: p.time,
    project: p.project as string,
    topic: p.topic,
    body: p.body,
  }),
);

const oldest = statement((sql, p: { limit: number }) =>
  sql.selectFrom('outbox').selectAll().orderBy('sequence').limit(p.limit),
);

const deleteRow = statement((sql, p: { sequence: number }) =>
  sql.deleteFrom('outbox').where('sequence', '=', p.sequence),
);

/** Appends rows; false, and nothing is written, where too many wait already. */
export async function appendOutbox(tx: Tx, rows: readonly NewOutboxRow[]): Promise<boolean> {
  if ((await countWaiting(tx)) + rows.length > MAX_WAITING) return false;
  await tx.runMany(
    insertRow,
    rows.map((row) => ({ ...row, body: formatStored(row.body) })),
  );
  return true;
}

/** At most how many rows wait: the span of their numbers. */
export async function countWaiting(db: Reader): Promise<number> {
  const numbers = db.sql.selectFrom('outbox').select('sequence').limit(1);
  const first = await db.first(numbers.orderBy('sequence'));
  const last = await db.first(numbers.orderBy('sequence', 'desc'));
  return first === undefined || last === undefined ? 0 : last.sequence - first.sequence + 1;
}

/** The oldest rows. */
export async function listOutbox(db: Reader, limit: number): Promise<OutboxRow[]> {
  return (await db.all(oldest({ limit }))).map(({ sequence, project, topic, body }) => ({
    sequence,
    ...(project === null ? {} : { project }),
    topic,
    body: parseStored<Record<string, unknown>>(body),
  }));
}

/** Deletes the oldest row, whatever is in it. */
export async function dropOldestOutbox(tx: Tx): Promise<void> {
  const numbers = tx.sql.selectFrom('outbox').select('sequence').orderBy('sequence').limit(1);
  await tx.runMany(deleteRow, await tx.all(numbers));
}

/** Deletes rows that were routed. */
export async function deleteOutbox(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
  await tx.runMany(deleteRow, rows);
}
