/** Readers and transactions over their transports; all of them speak compiled SQL. */
import { AssayError } from '../domain/error.ts';
import { commandOf, type Query, type SqlBuilder, type SqlCommand } from './sql-builder.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { Kept, Reader, Tx } from './store-contract.ts';
import type { WriterPort } from './writer-port.ts';

/** A reader over a connection of the calling thread. */
export function createReader(sql: SqlBuilder, connection: SqliteConnection): Reader {
  return {
    sql,
    // The columns of a query are those that its type says: kysely built both.
    all: async <Row>(query: Query<Row>) => connection.all(commandOf(query, sql)) as Row[],
    first: async <Row>(query: Query<Row>) =>
      connection.first(commandOf(query, sql)) as Row | undefined,
  };
}

/** What a transaction came to. */
export interface Written<T> {
  readonly value: T;
  /** Whether it called `tx.changed()`. */
  readonly changed: boolean;
}

/** Where a transaction is run, and when it must be durable. */
interface Transacting {
  readonly sql: SqlBuilder;
  readonly port: WriterPort;
  readonly kept: Kept;
}

/** Runs `f` in a transaction of the writer; the caller holds the write lock. */
export async function runTransaction<T>(
  { sql, port, kept }: Transacting,
  f: (tx: Tx) => Promise<T>,
): Promise<Written<T>> {
  const state = { open: true, changed: false };
  await port.send({ kind: 'begin', kept });
  try {
    const value = await f(createTx(sql, port, state));
    state.open = false;
    await port.send({ kind: 'commit' });
    return { value, changed: state.changed };
  } catch (error) {
    state.open = false;
    await rollBack(port);
    throw error;
  }
}

async function rollBack(port: WriterPort): Promise<void> {
  try {
    await port.send({ kind: 'rollback' });
  } catch {
    // A failed commit may have ended the transaction already; the first error is what counts.
  }
}

function createTx(
  sql: SqlBuilder,
  port: WriterPort,
  state: { open: boolean; changed: boolean },
): Tx {
  const send: WriterPort['send'] = (request) => {
    if (state.open) return port.send(request);
    throw new AssayError('internal', 'a transaction was used after its end');
  };
  const rows = async (command: SqlCommand) => (await send({ kind: 'all', command })).rows;
  return {
    sql,
    all: async <Row>(query: Query<Row>) => (await rows(commandOf(query, sql))) as Row[],
    first: async <Row>(query: Query<Row>) =>
      (await rows(commandOf(query, sql)))[0] as Row | undefined,
    run: async (query) => {
      const command = commandOf(query, sql);
      const request = { kind: 'run', sql: command.sql, rows: [command.parameters] } as const;
      return (await send(request)).changes;
    },
    runMany: async (statement, inputs) => {
      if (inputs.length === 0) return 0;
      return (await send({ kind: 'run', ...statement.manyFor(sql, inputs) })).changes;
    },
    changed: () => {
      state.changed = true;
    },
  };
}
