/**
 * Write transactions of a store on PostgreSQL. Each holds the one write lock of the database, so
 * that what the operations rely on (policy revisions, etags, generations) holds over all replicas.
 */
import { AssayError } from '../domain/error.ts';
import type { PostgresPools, PostgresResult, PostgresWriter } from './postgres-connection.ts';
import { beginWithLock } from './postgres-lock.ts';
import { BUMP_REVISION } from './postgres-revision.ts';
import { commandOf, type SqlBatch, type SqlBuilder, type SqlCommand } from './sql-builder.ts';
import type { Tx } from './store-contract.ts';

/** Rows that travel together, so that neither end keeps too many in memory. */
const TOGETHER = 500;

/** What a transaction came to. */
export interface PostgresWritten<T> {
  readonly value: T;
  /** The revision that its commit made, where it called `tx.changed()`. */
  readonly revision?: number;
}

/** Runs `f` in a transaction under the write lock. */
export function runPostgresTransaction<T>(
  sql: SqlBuilder,
  pools: PostgresPools,
  f: (tx: Tx) => Promise<T>,
): Promise<PostgresWritten<T>> {
  return pools.withWriter((writer) =>
    inTransaction(writer, 'write', async () => {
      const state = { open: true, changed: false };
      try {
        const value = await f(createTx(sql, writer, state));
        return { value, changed: state.changed };
      } finally {
        state.open = false;
      }
    }),
  );
}

/** Begins with a lock, runs `f` and commits; rolls back where it throws. */
export async function inTransaction<T>(
  writer: PostgresWriter,
  lock: Parameters<typeof beginWithLock>[0],
  f: () => Promise<{ value: T; changed?: boolean }>,
): Promise<PostgresWritten<T>> {
  try {
    await writer.query(beginWithLock(lock));
    const { value, changed } = await f();
    const bumped = changed === true ? await commitBumped(writer) : await commit(writer);
    return bumped === undefined ? { value } : { value, revision: bumped };
  } catch (error) {
    await rollBack(writer);
    throw error;
  }
}

/** Waits for all, so that nothing of a failed transaction is still under way; throws the first. */
export async function allOrFirstError<T>(sent: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(sent);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function commitBumped(writer: PostgresWriter): Promise<number> {
  const sent = [writer.query(BUMP_REVISION), writer.query('commit')];
  const [bumped, committed] = await allOrFirstError(sent);
  refuseRolledBack(committed);
  return Number(bumped?.rows[0]?.['revision']);
}

async function commit(writer: PostgresWriter): Promise<undefined> {
  refuseRolledBack(await writer.query('commit'));
}

/** A commit after a failed statement rolls back and says so, without an error. */
function refuseRolledBack(committed: PostgresResult | undefined): void {
  if (committed?.done === 'COMMIT') return;
  throw new AssayError('internal', 'a failed statement was passed over: nothing was written');
}

async function rollBack(writer: PostgresWriter): Promise<void> {
  try {
    await writer.query('rollback');
  } catch {
    // The server rolls back what a lost connection left; the first error is what counts.
    writer.discard();
  }
}

function createTx(
  sql: SqlBuilder,
  writer: PostgresWriter,
  state: { open: boolean; changed: boolean },
): Tx {
  const run = async (command: SqlCommand): Promise<PostgresResult> => {
    if (state.open) return writer.run(command);
    throw new AssayError('internal', 'a transaction was used after its end');
  };
  return {
    sql,
    // The columns of a query are those that its type says: kysely built both.
    all: async <Row>(query: Parameters<typeof commandOf>[0]) =>
      (await run(commandOf(query, sql))).rows as Row[],
    first: async <Row>(query: Parameters<typeof commandOf>[0]) =>
      (await run(commandOf(query, sql))).rows[0] as Row | undefined,
    run: async (query) => (await run(commandOf(query, sql))).changes,
    runMany: async (statement, inputs) =>
      inputs.length === 0 ? 0 : runRows(run, statement.manyFor(sql, inputs)),
    changed: () => {
      state.changed = true;
    },
  };
}

async function runRows(
  run: (command: SqlCommand) => Promise<PostgresResult>,
  { sql, name, rows }: SqlBatch,
): Promise<number> {
  let changes = 0;
  for (let start = 0; start < rows.length; start += TOGETHER) {
    const part = rows.slice(start, start + TOGETHER);
    const sent = part.map((parameters) => run({ sql, name, parameters }));
    for (const result of await allOrFirstError(sent)) changes += result.changes;
  }
  return changes;
}
