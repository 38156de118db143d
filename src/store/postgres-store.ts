/** Opens the store on PostgreSQL: the same contract, for several replicas over one database. */
import { existsSync, mkdirSync } from 'node:fs';
import {
  Kysely,
  DummyDriver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { createDecisionQueue } from './decision-queue.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { databaseFile } from './migrate-store.ts';
import {
  type PostgresAccess,
  type PostgresPools,
  openPostgresPools,
} from './postgres-connection.ts';
import { appendDecisionBatch } from './postgres-decisions.ts';
import { followRevision, type RevisionFollower } from './postgres-revision.ts';
import { runPostgresTransaction } from './postgres-transaction.ts';
import type { Schema } from './schema.ts';
import { findLiveServer, releaseServeLock, takeServeLock } from './serve-lock.ts';
import { commandOf, type Query, type SqlBuilder } from './sql-builder.ts';
import type { Reader, Store } from './store-contract.ts';
import { createWriteLock } from './write-lock.ts';

/** Options of a store on PostgreSQL, as `assay serve` opens it. */
export interface PostgresStoreOptions extends PostgresAccess {
  readonly now: () => Micros;
  /** Data folder of the server's own files, whose lock leads commands to its API. */
  readonly folder?: string;
  /** How old the knowledge of other replicas' writes may be, in milliseconds; default 1000. */
  readonly revisionBound?: number;
  /** Told of each write that held the lock for longer than 50 ms. */
  readonly onSlowWrite?: (milliseconds: number) => void;
}

/** How long a write may hold the lock before it is reported, in milliseconds. */
const WRITE_BOUND = 50;

/**
 * Migrates the database and opens a store on it. Refuses a newer schema, and a data folder that
 * another live server holds. This replica's acknowledged writes are in `revision()` at once, those
 * of others within a second.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { folder, now } = options;
  if (folder !== undefined) prepareFolder(folder);
  await migratePostgres(options);
  if (folder !== undefined) takeServeLock(folder, { started: now(), http: '' });
  const revisions = await followRevision(options, options.revisionBound);
  const parts = { sql: createPostgresBuilder(), pools: openPostgresPools(options), revisions };
  return {
    ...createReader(parts),
    ...createWriting(parts, options),
    revision: revisions.current,
    lockHolder: () => (folder === undefined ? undefined : findLiveServer(folder)),
    announce: async (http) => {
      if (folder !== undefined) takeServeLock(folder, { started: now(), http });
    },
  };
}

/** Another store's policies must not be taken for this one's: a new database allows everything. */
function prepareFolder(folder: string): void {
  if (existsSync(databaseFile(folder))) {
    throw new AssayError(
      'failed-precondition',
      `data folder ${folder} holds a store of its own, which --database would leave aside; ` +
        'give another folder with --data, or start without --database',
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

interface Parts {
  readonly sql: SqlBuilder;
  readonly pools: PostgresPools;
  readonly revisions: RevisionFollower;
}

function createPostgresBuilder(): SqlBuilder {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

function createReader({ sql, pools }: Parts): Reader {
  return {
    sql,
    // The columns of a query are those that its type says: kysely built both.
    all: async <Row>(query: Query<Row>) => (await pools.read(commandOf(query, sql))) as Row[],
    first: async <Row>(query: Query<Row>) =>
      (await pools.read(commandOf(query, sql)))[0] as Row | undefined,
  };
}

type Writing = Pick<Store, 'write' | 'appendDecision' | 'forgetEvaluations' | 'close'>;

function createWriting(parts: Parts, { now, folder, onSlowWrite }: PostgresStoreOptions): Writing {
  const { sql, pools, revisions } = parts;
  // Each write is kept at once: a server that comes back without the last ones is not noticed here.
  // Here before there: a replica waits at the database with one connection at most.
  const lock = createWriteLock();
  const queue = createDecisionQueue((batch) => appendDecisionBatch(sql, pools, batch));
  const write: Store['write'] = (f) =>
    lock(async () => {
      let start = now();
      const { value, revision } = await runPostgresTransaction(sql, pools, (tx) => {
        start = now();
        return f(tx);
      });
      if (revision !== undefined) revisions.saw(revision);
      const milliseconds = (now() - start) / 1000;
      if (milliseconds > WRITE_BOUND) onSlowWrite?.(milliseconds);
      return value;
    });
  return {
    write,
    appendDecision: queue.append,
    forgetEvaluations: queue.forget,
    close: async () => {
      await queue.drained();
      await lock(async () => undefined);
      await Promise.all([pools.close(), revisions.close()]);
      if (folder !== undefined) releaseServeLock(folder);
    },
  };
}
