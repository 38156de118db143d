/**
 * Connections to PostgreSQL: a bounded pool that reads, a small one that writes, every wait with an
 * end, and numbers read as numbers where they are exact.
 */
import { readFileSync } from 'node:fs';
import { Client, type ClientConfig, Pool, type PoolClient, type QueryConfig, types } from 'pg';
import { AssayError } from '../domain/error.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { isOutdatedPlan, translatePostgresError } from './postgres-error.ts';
import type { SqlCommand, SqlValue } from './sql-builder.ts';

/** How a server is reached. */
export interface PostgresAccess {
  readonly address: PostgresAddress;
  /** Asked for at each new connection, so that a changed secret is taken up; never kept. */
  readonly password?: () => Promise<string>;
}

/** Open connections of one store. */
export interface PostgresPools {
  /** Runs one reading statement on any connection. */
  readonly read: (command: SqlCommand) => Promise<Record<string, unknown>[]>;
  /** Lends a connection that writes; one whose state is in doubt afterwards is thrown away. */
  readonly withWriter: <T>(f: (writer: PostgresWriter) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** A connection that writes. Statements sent without waiting travel together. */
export interface PostgresWriter {
  readonly query: (text: string, parameters?: readonly SqlValue[]) => Promise<PostgresResult>;
  readonly run: (command: SqlCommand) => Promise<PostgresResult>;
  /** From now on it is not given back to the pool. */
  readonly discard: () => void;
}

/** Rows, number of changed rows, and what was done: `INSERT`, `COMMIT` … */
export interface PostgresResult {
  readonly rows: Record<string, unknown>[];
  readonly changes: number;
  readonly done: string;
}

/** Connections that read, and that write (one transaction, one batch of decisions). */
const READERS = 8;
const WRITERS = 2;

/** Ends of waiting, in milliseconds; each is shorter than the next, so that the nearest speaks. */
const LIMITS = {
  connectionTimeoutMillis: 5000,
  lock_timeout: 8000,
  idle_in_transaction_session_timeout: 10_000,
  statement_timeout: 15_000,
  query_timeout: 20_000,
};

/**
 * Reads are keyset scans over indexes, whatever the server believes of its tables just after many
 * rows came: a scan that costs less today costs more on every later page. Sorts stay allowed:
 * without them an order by some key would be had by a walk over all of its index.
 */
const READER_PLANS = ['enable_seqscan=off', 'enable_bitmapscan=off', 'jit=off']
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Type numbers of `bigint` and `numeric`, in which counts and sums come. */
const INTEGERS: readonly number[] = [20, 1700];

/** Opens the pools; no connection is made before the first statement. */
export function openPostgresPools(access: PostgresAccess): PostgresPools {
  const config = clientConfig(access);
  const idleTimeoutMillis = 60_000;
  const readers = new Pool({ ...config, idleTimeoutMillis, max: READERS, options: READER_PLANS });
  const writers = new Pool({ ...config, idleTimeoutMillis, max: WRITERS, pipeline: true });
  for (const pool of [readers, writers]) {
    // One that breaks while idle is dropped by its pool; one that is lent, by who finds it broken.
    pool.on('error', ignore);
    pool.on('connect', (client) => client.on('error', ignore));
  }
  return {
    read: (command) => readRows(readers, command),
    withWriter: (f) => lend(writers, f),
    close: async () => {
      await Promise.all([readers.end(), writers.end()]);
    },
  };
}

function ignore(): void {
  // The next statement finds the connection broken and says so.
}

/** A single connection, for what no pool serves; `limits` replaces those of the pools. */
export async function connectPostgres(
  access: PostgresAccess,
  limits: Partial<ClientConfig>,
): Promise<Client> {
  try {
    const client = new Client({ ...clientConfig(access), ...limits });
    client.on('error', ignore);
    await client.connect();
    return client;
  } catch (error) {
    throw translatePostgresError(error);
  }
}

function clientConfig({ address, password }: PostgresAccess): ClientConfig {
  const { host, port, user, database } = address;
  return {
    ...LIMITS,
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ssl: address.tls && tlsOptions(address.authorityFile),
    application_name: 'assay',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: typeParser },
  };
}

function tlsOptions(authorityFile: string | undefined): { ca?: Buffer } {
  if (authorityFile === undefined) return {};
  try {
    return { ca: readFileSync(authorityFile) };
  } catch (cause) {
    const message = `sslrootcert of --database: ${authorityFile} cannot be read`;
    throw new AssayError('invalid-argument', message, { cause });
  }
}

const typeParser: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  INTEGERS.includes(oid) ? parseInteger : types.getTypeParser(oid, format as 'text');

function parseInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new AssayError('internal', `the store holds ${text}, which is no safe integer`);
}

async function readRows(pool: Pool, command: SqlCommand): Promise<Record<string, unknown>[]> {
  try {
    return (await pool.query<Record<string, unknown>>(toQuery(command))).rows;
  } catch (error) {
    if (isOutdatedPlan(error)) return readUnprepared(pool, command);
    throw translatePostgresError(error);
  }
}

async function readUnprepared(pool: Pool, command: SqlCommand): Promise<Record<string, unknown>[]> {
  try {
    const { sql: text, parameters } = command;
    return (await pool.query<Record<string, unknown>>(text, [...parameters])).rows;
  } catch (error) {
    throw translatePostgresError(error);
  }
}

async function lend<T>(pool: Pool, f: (writer: PostgresWriter) => Promise<T>): Promise<T> {
  const client = await borrow(pool);
  const state = { broken: false };
  try {
    return await f(toWriter(client, state));
  } finally {
    client.release(state.broken);
  }
}

async function borrow(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw translatePostgresError(error);
  }
}

function toWriter(client: PoolClient, state: { broken: boolean }): PostgresWriter {
  const send = async (query: QueryConfig<SqlValue[]>): Promise<PostgresResult> => {
    try {
      const { rows, rowCount, command } = await client.query<Record<string, unknown>>(query);
      return { rows, changes: rowCount ?? 0, done: command };
    } catch (error) {
      if (isOutdatedPlan(error)) state.broken = true;
      throw translatePostgresError(error);
    }
  };
  return {
    query: (text, parameters) =>
      send(parameters === undefined ? { text } : { text, values: [...parameters] }),
    run: (command) => send(toQuery(command)),
    discard: () => {
      state.broken = true;
    },
  };
}

function toQuery({ sql: text, parameters, name }: SqlCommand): QueryConfig<SqlValue[]> {
  const values = [...parameters];
  return name === undefined ? { text, values } : { text, values, name };
}
