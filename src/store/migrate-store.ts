/**
 * Brings a data folder's schema forward, all the way or not at all, and refuses what it must not
 * touch.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import { SQLITE_DIALECT, type Migration } from './migration.ts';
import { firstTables } from './migrations/0001-first-tables.ts';
import { iamPolicies } from './migrations/0002-iam-policies.ts';
import { notifications } from './migrations/0003-notifications.ts';
import { vexProducts } from './migrations/0004-vex-products.ts';
import { derivedKeys } from './migrations/0005-derived-keys.ts';
import { exploitSignals } from './migrations/0006-exploit-signals.ts';
import { advisoryChanges } from './migrations/0007-advisory-changes.ts';
import { advisoryFeeds } from './migrations/0008-advisory-feeds.ts';
import { imageChains } from './migrations/0009-image-chains.ts';
import { vexDocuments } from './migrations/0010-vex-documents.ts';
import { scanQueue } from './migrations/0011-scan-queue.ts';
import { packedMembers } from './migrations/0012-packed-members.ts';
import { extractorIndex } from './migrations/0013-extractor-index.ts';
import { packageNames } from './migrations/0014-package-names.ts';
import { notaryTrust } from './migrations/0015-notary-trust.ts';
import { wholeSources } from './migrations/0016-whole-sources.ts';
import { vexLeftovers } from './migrations/0017-vex-leftovers.ts';
import { refuseLiveServer } from './serve-lock.ts';
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts';

/** All migrations in order; a released one never changes. */
export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  iamPolicies,
  notifications,
  vexProducts,
  derivedKeys,
  exploitSignals,
  advisoryChanges,
  advisoryFeeds,
  imageChains,
  vexDocuments,
  scanQueue,
  packedMembers,
  extractorIndex,
  packageNames,
  notaryTrust,
  wholeSources,
  vexLeftovers,
];

/** The schema that this version of Assay reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Path of the database in a data folder. */
export function databaseFile(folder: string): string {
  return join(folder, 'assay.db');
}

/** What `migrateStore` did. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/**
 * Migrates a data folder, creating it where it does not exist. Refuses a newer schema, and a
 * folder that a live server holds.
 */
export function migrateStore(folder: string): Migrated {
  createFolder(folder);
  const connection = connectSqlite(databaseFile(folder), { readOnly: false });
  try {
    const from = readVersion(connection);
    refuseNewer(folder, from);
    if (from < SCHEMA_VERSION) migrate(connection, folder);
    return { from, to: SCHEMA_VERSION };
  } finally {
    connection.close();
  }
}

/** Throws unless the folder's schema is this version's; an older one names `assay migrate`. */
export function checkSchema(folder: string): void {
  const found = findVersion(folder);
  refuseNewer(folder, found);
  if (found === SCHEMA_VERSION) return;
  throw new AssayError(
    'failed-precondition',
    `data folder ${folder} has schema ${found}; this version needs ${SCHEMA_VERSION}: ` +
      `run assay migrate --data ${folder}`,
  );
}

/**
 * The schema version of a data folder; 0 where there is no database yet. A command that was killed
 * while it made the database leaves a journal, which only a connection that writes can take back.
 */
export function findVersion(folder: string): number {
  const file = databaseFile(folder);
  if (!existsSync(file)) return 0;
  const connection = connectSqlite(file, { readOnly: !existsSync(`${file}-journal`) });
  try {
    return readVersion(connection);
  } finally {
    connection.close();
  }
}

function createFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // SQLite gives its side files the mode of the database file.
  if (!existsSync(databaseFile(folder))) closeSync(openSync(databaseFile(folder), 'a', 0o600));
  chmodSync(databaseFile(folder), 0o600);
}

function refuseNewer(folder: string, found: number): void {
  if (found <= SCHEMA_VERSION) return;
  throw new AssayError(
    'failed-precondition',
    `data folder ${folder} has schema ${found}, made by a newer Assay; this version knows up to ` +
      `${SCHEMA_VERSION}: use the newer version, or restore a backup made by this one`,
  );
}

function readVersion(connection: SqliteConnection): number {
  const table = connection.first({
    sql: `select name from sqlite_schema where type = 'table' and name = 'setting'`,
    parameters: [],
  });
  if (table === undefined) return 0;
  const row = connection.first({
    sql: `select value from setting where name = 'schema_version'`,
    parameters: [],
  });
  return Number(row?.['value'] ?? 0);
}

/**
 * One transaction for all steps: a command that is killed while it makes a new folder leaves none
 * behind that is old already.
 */
function migrate(connection: SqliteConnection, folder: string): void {
  connection.exec('begin immediate');
  try {
    refuseLiveServer(folder);
    // Another process may have been faster.
    const from = readVersion(connection);
    for (const migration of MIGRATIONS.slice(from)) step(connection, migration);
    connection.exec('commit');
  } catch (error) {
    connection.exec('rollback');
    throw error;
  }
}

function step(connection: SqliteConnection, migration: Migration): void {
  connection.exec(
    'create table if not exists setting (name text not null primary key, value text not null)',
  );
  for (const statement of migration.statements(SQLITE_DIALECT)) connection.exec(statement);
  const keep = `insert into setting (name, value) values ('schema_version', ?)
    on conflict (name) do update set value = excluded.value`;
  connection.runMany(keep, [[String(migration.version)]]);
}
