/**
 * The newest form of rpm's database: an SQLite file with a table of headers. It is an image's, so
 * it is hostile: it is opened in memory and asked one question; a schema that would have something
 * run (views, computed columns, virtual tables) is refused before.
 */
import { constants, DatabaseSync } from 'node:sqlite';
import type { PackageDatabase } from './package-database.ts';
import { readRpmRecords, rpmDamage, type RpmRecord } from './rpm-database.ts';

/** Reads `rpmdb.sqlite`. What is wrong with it is a fatal problem of the answer. */
export function readRpmSqlite(bytes: Uint8Array, path: string): PackageDatabase {
  return readRpmRecords(sqliteRecords(bytes), path);
}

const MAGIC = 'SQLite format 3\0';
/** Where the header says whether there is a log beside the file: 1 no, 2 yes. */
const FORMATS = [18, 19];
const WITHOUT_LOG = 1;
const SCHEMA = 'SELECT sql FROM sqlite_schema';
const QUESTION = 'SELECT blob FROM Packages';
const LIMITS = { length: 256 * 1024 * 1024, sqlLength: 100_000, column: 100, attach: 0 };

function* sqliteRecords(bytes: Uint8Array): Generator<RpmRecord> {
  const magic = new TextDecoder('latin1').decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) return yield { damage: 'it is no SQLite database' };
  const copy = Uint8Array.from(bytes);
  // In memory there is no log; sqlite-wal is looked at on its own.
  for (const at of FORMATS) copy[at] = WITHOUT_LOG;
  const database = new DatabaseSync(':memory:', { limits: LIMITS, allowExtension: false });
  try {
    database.deserialize(copy);
    yield* askedRows(database, bytes.length);
  } catch (error) {
    yield { damage: `SQLite says ${JSON.stringify(reasonOf(error))}` };
  } finally {
    database.close();
  }
}

/** Rows have no more bytes than the file: pages that are used again and again would not end. */
function* askedRows(database: DatabaseSync, size: number): Generator<RpmRecord> {
  for (const { sql } of database.prepare(SCHEMA).iterate()) {
    if (mayRun(sql)) return yield { damage: 'its schema is none that rpm makes' };
  }
  let left = size;
  database.setAuthorizer(isAsked);
  for (const { blob } of database.prepare(QUESTION).iterate()) {
    if (!(blob instanceof Uint8Array)) return yield { damage: 'a row of Packages is no blob' };
    left -= blob.length + 1;
    if (left < 0) return yield { damage: 'its rows are larger than the file' };
    yield { header: blob };
  }
}

/** rpm makes plain tables and indexes; a computed column, for one, runs what it is made of. */
function mayRun(sql: unknown): boolean {
  return typeof sql === 'string' && /\b(?:AS|TRIGGER|VIEW|VIRTUAL)\b/i.test(sql);
}

/** What an authorizer is asked: the action, table and column, database, and view or trigger. */
type Asked = Parameters<NonNullable<Parameters<DatabaseSync['setAuthorizer']>[0]>>;

/** Allows to read the one column of the one table, and not by way of a view. */
function isAsked(...[action, table, column, , view]: Asked): number {
  const { SQLITE_SELECT, SQLITE_READ, SQLITE_OK, SQLITE_DENY } = constants;
  const isColumn = action === SQLITE_READ && table === 'Packages' && column === 'blob';
  return view === null && (isColumn || action === SQLITE_SELECT) ? SQLITE_OK : SQLITE_DENY;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'nothing';
}

/** First bytes of a write-ahead log in either byte order, and of a journal to be rolled back. */
const LOGS = ['377f0682', '377f0683', 'd9d505f920a163d7'];

/**
 * What the file beside `rpmdb.sqlite` says: `-wal` has changes that may not be in the database yet,
 * `-journal` such as are only half made. Packages may be missing, so it is fatal; empty ones are
 * usual.
 */
export function readRpmLog(bytes: Uint8Array, path: string): PackageDatabase {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  if (!LOGS.some((magic) => head.startsWith(magic))) return { packages: [], problems: [] };
  const reason = 'it holds changes that are not in the database beside it; run rpm --rebuilddb';
  return { packages: [], problems: [rpmDamage(path, reason)] };
}
