/** Opens the store on a data folder: reads here, writes in the writer, one lock between writers. */
import { chmodSync, existsSync } from 'node:fs';
import { AssayError } from '../domain/error.ts';
import { createDecisionQueue } from './decision-queue.ts';
import { checkSchema, databaseFile, findVersion, migrateStore } from './migrate-store.ts';
import { findLiveServer, releaseServeLock, takeServeLock } from './serve-lock.ts';
import { createSqliteBuilder, type SqlBuilder } from './sql-builder.ts';
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts';
import type { Store, StoreOptions } from './store-contract.ts';
import { createReader, runTransaction } from './transaction.ts';
import { createWriteLock } from './write-lock.ts';
import { openInlineWriter, openWriterThread, type WriterPort } from './writer-port.ts';

/** How long a write may hold the lock before it is reported, in milliseconds. */
const WRITE_BOUND = 50;

/**
 * Opens a store. `serve` takes the folder's lock and migrates, `command` creates a new folder but
 * names `assay migrate` for an older schema, `read` creates nothing. A newer schema is refused.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { folder, mode } = options;
  prepareFolder(options);
  const connection = connectSqlite(databaseFile(folder), { readOnly: true });
  const sql = createSqliteBuilder();
  const reader = createReader(sql, connection);
  const writing = { sql, connection, options };
  const parts =
    mode === 'read' ? readOnlyParts(connection) : createWriting(await openPort(options), writing);
  return { ...reader, ...parts, lockHolder: () => findLiveServer(folder) };
}

function prepareFolder({ folder, mode, now }: StoreOptions): void {
  if (mode === 'read') refuseMissing(folder);
  if (mode === 'serve' || (mode === 'command' && findVersion(folder) === 0)) migrateStore(folder);
  checkSchema(folder);
  if (mode !== 'serve') return;
  chmodSync(folder, 0o700);
  withDatabaseLock(folder, () => takeServeLock(folder, { started: now(), http: '' }));
}

function refuseMissing(folder: string): void {
  if (existsSync(databaseFile(folder))) return;
  throw new AssayError(
    'not-found',
    `data folder ${folder} holds no Assay data; check --data, or start assay serve there`,
  );
}

/** Runs `f` while no other process can write to the database: see serve-lock.ts. */
function withDatabaseLock(folder: string, f: () => void): void {
  const connection = connectSqlite(databaseFile(folder), { readOnly: false });
  try {
    connection.exec('begin immediate');
    f();
    connection.exec('commit');
  } finally {
    connection.close();
  }
}

function openPort({ folder, mode, writer }: StoreOptions): Promise<WriterPort> {
  const file = databaseFile(folder);
  const options = mode === 'command' ? { file, guardFolder: folder } : { file };
  return writer === 'inline' ? openInlineWriter(options) : openWriterThread(options);
}

type StoreParts = Omit<Store, 'sql' | 'all' | 'first' | 'lockHolder'>;

interface Writing {
  readonly sql: SqlBuilder;
  readonly connection: SqliteConnection;
  readonly options: StoreOptions;
}

function createWriting(port: WriterPort, { sql, connection, options }: Writing): StoreParts {
  const { folder, mode, now } = options;
  const lock = createWriteLock();
  const queue = createDecisionQueue((batch) => lock(() => port.send({ kind: 'append', batch })));
  let revision = 0;
  const write: Store['write'] = (f, kept = 'at-once') =>
    lock(async () => {
      const start = now();
      const { value, changed } = await runTransaction({ sql, port, kept }, f);
      if (changed) revision += 1;
      reportSlow((now() - start) / 1000, options);
      return value;
    });
  return {
    write,
    appendDecision: queue.append,
    forgetEvaluations: queue.forget,
    revision: () => revision,
    announce: async (http) => {
      if (mode === 'serve') takeServeLock(folder, { started: now(), http });
    },
    close: async () => {
      await queue.drained();
      await lock(() => port.close());
      connection.close();
      if (mode === 'serve') releaseServeLock(folder);
    },
  };
}

function reportSlow(milliseconds: number, options: StoreOptions): void {
  if (milliseconds > WRITE_BOUND) options.onSlowWrite?.(milliseconds);
}

function readOnlyParts(connection: SqliteConnection): StoreParts {
  const refuse = async (): Promise<never> => {
    throw new AssayError('failed-precondition', 'the store is open for reading only');
  };
  return {
    write: refuse,
    appendDecision: refuse,
    forgetEvaluations: () => undefined,
    revision: () => 0,
    announce: refuse,
    close: async () => connection.close(),
  };
}
