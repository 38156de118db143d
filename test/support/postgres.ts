/**
 * A real PostgreSQL server on loopback for the tests: Debian's program, as the system or
 * scripts/unpack-debian.sh has it, started once a run (see postgres-run.ts) under an ordinary user,
 * for it refuses root. Databases sort by another language's rules, so that a column that was
 * forgotten to sort by byte shows.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { onceARun } from './once-a-run.ts';
import { POSTGRES_FOLDER } from './postgres-run.ts';
import { realProgram } from './real.ts';

interface Server {
  readonly port: number;
  readonly password: string;
}

/** A database of a test. */
export interface TestDatabase {
  /** As `--database` takes it, without password. */
  readonly url: string;
  readonly password: string;
  /** Runs SQL in the database, past the store. */
  readonly run: (sql: string) => Promise<Record<string, unknown>[]>;
  /** Empties the tables, as a new database is; faster than making one. */
  readonly clear: () => Promise<void>;
  readonly drop: () => Promise<void>;
}

const CLEAR = `do $$ declare name text; begin
  for name in select oid::regclass from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'setting'
  loop execute 'delete from ' || name; end loop;
  for name in select oid::regclass from pg_class
    where relkind = 'S' and relnamespace = 'public'::regnamespace
  loop perform setval(name, 1, false); end loop;
  update setting set value = '0' where setting.name = 'revision';
end $$`;

/** Who runs the server where the tests are run by root: nobody, as everywhere on Linux. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const user = process.getuid?.() === 0 ? NOBODY : {};
const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };

/** `initdb` and `postgres`, where this machine has them and they can be run; else undefined. */
export const postgresPrograms = findPrograms();

/** Starts the run's server where nobody has, and makes an empty database in it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await theServer();
  const name = `t${process.pid}_${(databases += 1)}`;
  await runIn(server, 'postgres', `create database ${name} ${await otherOrder(server)}`);
  return {
    url: `postgres://assay@127.0.0.1:${server.port}/${name}`,
    password: server.password,
    run: (sql) => runIn(server, name, sql),
    clear: async () => void (await runIn(server, name, CLEAR)),
    drop: async () => void (await runIn(server, 'postgres', `drop database ${name} with (force)`)),
  };
}

/** Lets the run's server answer over TLS too, with these PEM texts. */
export async function serveTls(certificate: string, key: string): Promise<void> {
  const server = await theServer();
  const data = join(runFolder(), 'data');
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    writeFileSync(join(data, name), text, { mode: 0o600 });
    if (user === NOBODY) chownSync(join(data, name), NOBODY.uid, NOBODY.gid);
  }
  await runIn(server, 'postgres', 'alter system set ssl = on');
  await runIn(server, 'postgres', 'select pg_reload_conf()');
}

let databases = 0;
let order: string | undefined;

/** From version 15 on a database can sort by ICU's rules, which need no locale of the system. */
async function otherOrder(server: Server): Promise<string> {
  const asked = `select current_setting('server_version_num') as number`;
  order ??=
    Number((await runIn(server, 'postgres', asked))[0]?.['number']) >= 150_000
      ? `template template0 encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'en-US'`
      : '';
  return order;
}

async function runIn(
  { port, password }: Server,
  database: string,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const client = new Client({ host: '127.0.0.1', port, user: 'assay', password, database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function findPrograms(): { initdb: string; postgres: string } | undefined {
  const system = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed();
  for (const folders of [...system, process.env.PATH]) {
    const [initdb, postgres] = ['initdb', 'postgres'].map((name) => realProgram(name, folders));
    if (initdb !== undefined && postgres !== undefined && runs(postgres))
      return { initdb, postgres };
  }
  return undefined;
}

/** The user that runs it may not be able to reach it. */
function runs(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { ...user, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The run's server: one test process starts it, the others wait for its word. */
function theServer(): Promise<Server> {
  const folder = runFolder();
  return onceARun(folder, () => start(folder));
}

function runFolder(): string {
  const folder = process.env[POSTGRES_FOLDER];
  if (folder !== undefined) return folder;
  throw new Error('tests of PostgreSQL run by vitest.config.ts only');
}

async function start(folder: string): Promise<Server> {
  const { initdb, postgres } = postgresPrograms ?? missing();
  const data = join(folder, 'data');
  const secret = join(folder, 'password');
  const server = { port: await freePort(), password: 'of the tests' };
  mkdirSync(data, { mode: 0o700 });
  if (user === NOBODY) chownSync(data, NOBODY.uid, NOBODY.gid);
  writeFileSync(secret, `${server.password}\n`);
  const options = { ...user, env: environment, cwd: '/' };
  const first = ['-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256', '-U', 'assay', '--no-sync'];
  execFileSync(initdb, [...first, `--pwfile=${secret}`, '-D', data], {
    ...options,
    stdio: 'ignore',
  });
  const log = openSync(join(folder, 'log'), 'w');
  const settings = ['listen_addresses=127.0.0.1', `port=${server.port}`, 'max_connections=60'];
  const more = ['unix_socket_directories=', 'shared_buffers=32MB', 'log_statement=none'];
  // Nobody wants these data after the machine went down.
  const fast = ['fsync=off', 'full_page_writes=off'];
  const flags = [...settings, ...more, ...fast].flatMap((setting) => ['-c', setting]);
  const stdio = ['ignore', log, log] as const;
  const child = spawn(postgres, ['-D', data, ...flags], {
    ...options,
    stdio: [...stdio],
    detached: true,
  });
  child.unref();
  await answered(server, folder);
  return server;
}

function missing(): never {
  throw new Error('there is no postgres: skip the test by name');
}

async function answered(server: Server, folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await runIn(server, 'postgres', 'select 1');
      return;
    } catch (cause) {
      if (tries > 300) throw new Error(`PostgreSQL did not start: ${logOf(folder)}`, { cause });
      await sleep(50);
    }
  }
}

function logOf(folder: string): string {
  const file = join(folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : 'it has no log';
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
