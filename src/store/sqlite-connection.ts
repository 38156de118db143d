/**
 * One connection to the data folder's SQLite file, with the settings that durability and many
 * readers need, and statements kept by their text.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { AssayError } from '../domain/error.ts';
import type { SqlCommand, SqlValue } from './sql-builder.ts';
import type { Kept } from './store-contract.ts';

/** An open connection; every call blocks the thread it is made on. */
export interface SqliteConnection {
  readonly all: (command: SqlCommand) => Record<string, unknown>[];
  readonly first: (command: SqlCommand) => Record<string, unknown> | undefined;
  /** Runs one text over many rows; answers how many rows changed. */
  readonly runMany: (sql: string, rows: readonly (readonly SqlValue[])[]) => number;
  /** Runs text without parameters, as schema changes and transactions are. */
  readonly exec: (sql: string) => void;
  /** From now on commits are flushed to the disk at once, or with the next that are. */
  readonly keep: (kept: Kept) => void;
  readonly close: () => void;
}

/** How long a connection waits for another process' write, in milliseconds. */
const BUSY_MILLISECONDS = 5000;
/** Statements kept per connection; filters make many texts, so the oldest are dropped. */
const KEPT_STATEMENTS = 256;

/** Opens a connection. WAL lets readers see the last commit while one writer writes. */
export function connectSqlite(file: string, options: { readOnly: boolean }): SqliteConnection {
  const database = translate(() => open(file, options.readOnly));
  const prepare = keptStatements(database);
  let keeping: Kept = 'at-once';
  return {
    all: ({ sql, parameters }) => translate(() => prepare(sql).all(...parameters)),
    first: ({ sql, parameters }) => translate(() => prepare(sql).get(...parameters)),
    runMany: (sql, rows) => translate(() => runRows(prepare(sql), rows)),
    exec: (sql) => translate(() => database.exec(sql)),
    keep: (kept) => {
      if (kept === keeping) return;
      translate(() => database.exec(`pragma synchronous = ${SYNCHRONOUS[kept]}`));
      keeping = kept;
    },
    close: () => database.close(),
  };
}

/**
 * The log is one file and is read up to its first gap, so that a flush of it keeps whatever was
 * appended before (https://www.sqlite.org/pragma.html#pragma_synchronous, WAL mode).
 */
const SYNCHRONOUS: Readonly<Record<Kept, string>> = { 'at-once': 'full', 'with-next': 'normal' };

function open(file: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: BUSY_MILLISECONDS });
  if (readOnly) return database;
  database.exec('pragma journal_mode = wal');
  database.exec(`pragma synchronous = ${SYNCHRONOUS['at-once']}`);
  // 16 MiB, so that a large import writes a page back once and not with each of its batches.
  database.exec('pragma wal_autocheckpoint = 4000');
  database.exec('pragma journal_size_limit = 67108864');
  return database;
}

function keptStatements(database: DatabaseSync): (sql: string) => StatementSync {
  const kept = new Map<string, StatementSync>();
  return (sql) => {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_STATEMENTS) kept.delete(kept.keys().next().value ?? '');
    const made = database.prepare(sql);
    kept.set(sql, made);
    return made;
  };
}

function runRows(prepared: StatementSync, rows: readonly (readonly SqlValue[])[]): number {
  let changes = 0;
  for (const row of rows) changes += Number(prepared.run(...row).changes);
  return changes;
}

/** SQLite result codes that mean that the world, not our SQL, is in the way. */
const OUTSIDE_CAUSES: Readonly<Record<number, string>> = {
  5: 'another process is writing to it and did not finish within 5 s; try again',
  8: 'it cannot be written; check owner and mode of the data folder',
  10: 'reading or writing it failed; check the disk',
  11: 'it is damaged; restore a backup',
  13: 'the disk is full; free some space',
  14: 'it cannot be opened; check path, owner and mode of the data folder',
  26: 'it is not an Assay database; check --data',
};

function translate<T>(f: () => T): T {
  try {
    return f();
  } catch (cause) {
    throw translated(cause);
  }
}

function translated(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('errcode' in cause)) return cause;
  const advice = OUTSIDE_CAUSES[Number(cause.errcode) & 0xff];
  if (advice === undefined) {
    return new AssayError('internal', `the store refused a statement: ${cause.message}`, { cause });
  }
  return new AssayError('unavailable', `the store: ${cause.message}: ${advice}`, { cause });
}
