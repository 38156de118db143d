/** Brings a PostgreSQL database's schema forward, one transaction a step, one replica at a time. */
import type { Client } from 'pg';
import { AssayError } from '../domain/error.ts';
import { MIGRATIONS, type Migrated, SCHEMA_VERSION } from './migrate-store.ts';
import { type Migration, POSTGRES_DIALECT } from './migration.ts';
import { connectPostgres, type PostgresAccess } from './postgres-connection.ts';
import { translatePostgresError } from './postgres-error.ts';
import { beginWithLock } from './postgres-lock.ts';

/** A step may rewrite a large table: how long each wait of it may be, in milliseconds. */
const STEP_LIMIT = 600_000;
/** Versions of PostgreSQL that this was written for, as `server_version_num` counts. */
const OLDEST_SERVER = 130_000;

/** Migrates a database. Refuses a newer schema, and a server older than PostgreSQL 13. */
export async function migratePostgres(access: PostgresAccess): Promise<Migrated> {
  const client = await connectPostgres(access, {
    lock_timeout: STEP_LIMIT,
    statement_timeout: STEP_LIMIT,
    query_timeout: STEP_LIMIT,
  });
  try {
    await refuseOldServer(client);
    const from = await readVersion(client);
    if (from > SCHEMA_VERSION) throw newer(from);
    for (const migration of MIGRATIONS.slice(from)) await apply(client, migration);
    return { from, to: SCHEMA_VERSION };
  } catch (error) {
    throw translatePostgresError(error);
  } finally {
    await client.end();
  }
}

async function refuseOldServer(client: Client): Promise<void> {
  const asked = `select current_setting('server_version_num')::bigint as number,
    current_setting('server_encoding') as encoding`;
  const { rows } = await client.query<{ number: number; encoding: string }>(asked);
  const [server] = rows;
  if (server?.encoding !== 'UTF8') {
    throw new AssayError(
      'failed-precondition',
      `the database has the encoding ${server?.encoding}; create it with encoding UTF8`,
    );
  }
  if (server.number >= OLDEST_SERVER) return;
  throw new AssayError(
    'failed-precondition',
    `PostgreSQL ${Math.floor(server.number / 10_000)} answers; 13 or newer is needed`,
  );
}

function newer(found: number): AssayError {
  return new AssayError(
    'failed-precondition',
    `the database has schema ${found}, made by a newer Assay; this version knows up to ` +
      `${SCHEMA_VERSION}: use the newer version, or restore a backup made by this one`,
  );
}

async function readVersion(client: Client): Promise<number> {
  const table = await client.query(`select to_regclass('setting') as found`);
  if ((table.rows[0] as { found: unknown }).found === null) return 0;
  const kept = `select value::bigint as version from setting where name = 'schema_version'`;
  const { rows } = await client.query<{ version: number }>(kept);
  return rows[0]?.version ?? 0;
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query(beginWithLock('migrate'));
  try {
    // Another replica may have been faster.
    if ((await readVersion(client)) < migration.version) await step(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

const SETTING = `create table if not exists setting
  (name text not null primary key, value text not null)`;
const KEEP_VERSION = `insert into setting (name, value) values ('schema_version', $1)
  on conflict (name) do update set value = excluded.value`;
const FIRST_REVISION = `insert into setting (name, value) values ('revision', '0')
  on conflict (name) do nothing`;

async function step(client: Client, migration: Migration): Promise<void> {
  if (migration.version === 1) await refuseOtherTables(client);
  await client.query(SETTING);
  for (const statement of migration.statements(POSTGRES_DIALECT)) await client.query(statement);
  await sortTextByByte(client);
  await client.query(KEEP_VERSION, [String(migration.version)]);
  await client.query(FIRST_REVISION);
}

/** Names as `project` and `token` are taken: the database, or its schema, is to be ours alone. */
async function refuseOtherTables(client: Client): Promise<void> {
  const found = `select relname as name from pg_class
    where relnamespace = to_regnamespace(current_schema()) and relkind in ('r', 'p', 'v') limit 1`;
  const [other] = (await client.query<{ name: string }>(found)).rows;
  if (other === undefined) return;
  throw new AssayError(
    'failed-precondition',
    `the database of --database holds the table ${other.name}, which is not Assay's; ` +
      'create an empty database for Assay alone',
  );
}

/**
 * Keysets and prefix ranges need the order of bytes, which is SQLite's, whatever the database's own
 * collation is. Asked of the catalogue, so that no column is forgotten.
 */
const OTHER_ORDER = `select format('alter table %s %s', relation.oid::regclass,
    string_agg(format('alter column %I type text collate "C"', attribute.attname), ', ')) as change
  from pg_attribute attribute
  join pg_class relation on relation.oid = attribute.attrelid and relation.relkind = 'r'
  where relation.relnamespace = to_regnamespace(current_schema()) and not attribute.attisdropped
    and attribute.atttypid = 'text'::regtype and attribute.attcollation <> '"C"'::regcollation
  group by relation.oid`;

async function sortTextByByte(client: Client): Promise<void> {
  const { rows } = await client.query<{ change: string }>(OTHER_ORDER);
  for (const { change } of rows) await client.query(change);
}
