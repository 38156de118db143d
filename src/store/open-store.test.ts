/** Opening, locking, migrating and dying: what a data folder must survive. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginAdvisoryImport } from './advisory-import.ts';
import { findAdvisories } from './advisory-rows.ts';
import { findDecision, verifyDecisionChain } from './decision-log.ts';
import { databaseFile, migrateStore, MIGRATIONS, SCHEMA_VERSION } from './migrate-store.ts';
import { SQLITE_DIALECT } from './migration.ts';
import { openStore } from './open-store.ts';
import { createProject, findProject, listProjects } from './project-rows.ts';
import type { StoreOptions } from './store-contract.ts';
import { findToken } from './token-rows.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'assay-open-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const options = (mode: StoreOptions['mode']): StoreOptions => ({
  folder,
  mode,
  now: () => 5,
  newId: () => '',
  writer: 'inline',
});
const project = { id: 'p-roject', createTime: 1 };

/** Writes the lock of another live process: this one's parent. */
function lockByOther(changes: object = {}): void {
  const lock = { pid: process.ppid, started: 1, processStart: '', http: 'http://127.0.0.1:9' };
  writeFileSync(join(folder, 'serve.lock'), JSON.stringify({ ...lock, ...changes }));
}

describe('opening', () => {
  it('makes a private folder and private files', async () => {
    const store = await openStore(options('serve'));
    await store.write((tx) => createProject(tx, project));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of ['assay.db', 'assay.db-wal', 'assay.db-shm', 'serve.lock']) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
    await store.close();
  });

  it('takes back what a killed first command left half-written', async () => {
    const made = join(folder, '..', 'made.db');
    const database = new DatabaseSync(made);
    database.exec('vacuum; pragma cache_size = 1; begin; create table half (made text)');
    const row = database.prepare('insert into half values (?)');
    for (let index = 0; index < 200; index += 1) row.run('x'.repeat(2000));
    mkdirSync(folder);
    copyFileSync(made, databaseFile(folder));
    copyFileSync(`${made}-journal`, `${databaseFile(folder)}-journal`);
    database.close();
    const store = await openStore(options('command'));
    expect(await listProjects(store)).toEqual([]);
    await store.close();
  });

  it('reads beside a server, and never writes', async () => {
    await expect(openStore(options('read'))).rejects.toMatchObject({ code: 'not-found' });
    const server = await openStore(options('serve'));
    const reader = await openStore(options('read'));
    await server.write((tx) => createProject(tx, project));
    expect(await findProject(reader, project.id)).toEqual(project);
    const refused = reader.write((tx) => createProject(tx, project));
    await expect(refused).rejects.toMatchObject({ code: 'failed-precondition' });
    await reader.close();
    await server.close();
  });

  it('tells of a write that lasts longer than its bound', async () => {
    let clock = 0;
    const slow: number[] = [];
    const hooks = { now: () => (clock += 60_000), onSlowWrite: (ms: number) => slow.push(ms) };
    const store = await openStore({ ...options('command'), ...hooks });
    await store.write(async () => undefined);
    expect(slow).toEqual([60]);
    await store.close();
  });

  it('refuses a file that is no database', async () => {
    migrateStore(folder);
    rmSync(`${databaseFile(folder)}`);
    writeFileSync(databaseFile(folder), 'something else'.repeat(100));
    await expect(openStore(options('serve'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the serve lock', () => {
  it('lets a command read but not write while a server lives, and names its address', async () => {
    const command = await openStore(options('command'));
    await command.write((tx) => createProject(tx, project));
    lockByOther();
    expect(command.lockHolder()).toMatchObject({ http: 'http://127.0.0.1:9' });
    const refused = command.write((tx) => createProject(tx, project));
    await expect(refused).rejects.toThrow('--server http://127.0.0.1:9');
    await expect(refused).rejects.toMatchObject({ code: 'failed-precondition' });
    expect(await listProjects(command)).toHaveLength(1);
    rmSync(join(folder, 'serve.lock'));
    await command.write((tx) => createProject(tx, { ...project, id: 'q-roject' }));
    await command.close();
  });

  it('refuses a second server and a migration', async () => {
    migrateStore(folder);
    lockByOther({ http: '' });
    await expect(openStore(options('serve'))).rejects.toThrow('still starting');
    rmSync(databaseFile(folder));
    expect(() => migrateStore(folder)).toThrow('held by a server');
  });

  it.each([
    ['of a process that ended', { pid: spawnSync('true').pid }],
    ['of a reused process id', { processStart: 'another/1' }],
    ['with nonsense', { pid: -1 }],
    ['without numbers', { pid: 'x' }],
  ])('is taken over when stale: %s', async (_, changes) => {
    migrateStore(folder);
    lockByOther(changes);
    const store = await openStore(options('serve'));
    await store.announce('http://127.0.0.1:1');
    const lock: unknown = JSON.parse(readFileSync(join(folder, 'serve.lock'), 'utf8'));
    expect(lock).toMatchObject({ pid: process.pid, http: 'http://127.0.0.1:1' });
    await store.close();
    expect(existsSync(join(folder, 'serve.lock'))).toBe(false);
  });
});

describe('migrations', () => {
  it('count from 1 without gaps', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it.each(MIGRATIONS.map(({ version }) => version))('lead from schema %i to now', async (from) => {
    migrateStore(folder);
    rmSync(databaseFile(folder));
    const old = new DatabaseSync(databaseFile(folder));
    old.exec('create table setting (name text not null primary key, value text not null)');
    for (const { statements } of MIGRATIONS.slice(0, from)) {
      for (const statement of statements(SQLITE_DIALECT)) old.exec(statement);
    }
    old.exec(`insert into setting values ('schema_version', '${from}')`);
    old.exec(`insert into project values ('p-roject', 1)`);
    old.exec(
      `insert into token (hash, id, name, role, create_time) values ('h', 't', 'n', 'admin', 1)`,
    );
    old.close();
    expect(migrateStore(folder)).toEqual({ from, to: SCHEMA_VERSION });
    const store = await openStore(options('command'));
    expect(await findProject(store, 'p-roject')).toEqual(project);
    const token = { id: 't', hash: 'h', name: 'n', roles: ['admin'], createTime: 1 };
    expect(await findToken(store, 'h')).toEqual(token);
    await store.close();
  });

  it('find the keys and counts of what was kept before', () => {
    migrateStore(folder);
    rmSync(databaseFile(folder));
    const old = new DatabaseSync(databaseFile(folder));
    old.exec('create table setting (name text not null primary key, value text not null)');
    for (const { statements } of MIGRATIONS.slice(0, 2)) {
      for (const statement of statements(SQLITE_DIALECT)) old.exec(statement);
    }
    old.exec(`insert into setting values ('schema_version', '2')`);
    const pkg = JSON.stringify({ name: 'libssl3', version: '3.0.1-1' });
    old.exec(`insert into package values (1, 'i', 'Debian:12', 'openssl', '3', '${pkg}', 0)`);
    const match = 'insert into package_match values (1, ?, 1, 4, 1, 1, ?)';
    old.prepare(match).run('A', JSON.stringify({ fixedVersion: '3.0.2' }));
    old.prepare(match).run('B', JSON.stringify({}));
    const row = `insert into occurrence values ('p', ?, 'VULNERABILITY', 'r', 'r', 'p', 'n', 4, 1, 1, ?)`;
    for (const kind of ['NORMAL', 'MAXIMUM']) {
      const packageIssue = [{ affectedPackage: 'x' }, { fixedVersion: { kind } }];
      old.prepare(row).run(kind, JSON.stringify({ detail: { packageIssue } }));
    }
    old.close();
    migrateStore(folder);
    const now = new DatabaseSync(databaseFile(folder));
    expect(now.prepare('select name, version from package').get()).toMatchObject({
      name: 'libssl3',
      version: '3.0.1-1',
    });
    const fixable = (table: string): unknown[] =>
      now
        .prepare(`select fixable from ${table} order by 1`)
        .all()
        .map((one) => one['fixable']);
    expect([fixable('package_match'), fixable('occurrence')]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    now.close();
  });

  it.each(['serve', 'command', 'read'] as const)('%s refuses a newer schema', async (mode) => {
    migrateStore(folder);
    setVersion(SCHEMA_VERSION + 1);
    const refused = openStore(options(mode));
    await expect(refused).rejects.toThrow(`schema ${SCHEMA_VERSION + 1}, made by a newer Assay`);
    expect(() => migrateStore(folder)).toThrow('newer');
  });

  it('a reader names assay migrate for an older schema', async () => {
    migrateStore(folder);
    setVersion(0);
    await expect(openStore(options('read'))).rejects.toThrow('assay migrate');
  });

  function setVersion(version: number): void {
    const database = new DatabaseSync(databaseFile(folder));
    database.exec(`update setting set value = '${version}'`);
    database.close();
  }
});

describe('kill -9', () => {
  const ID = `const id = (n) => {
    const hex = (1790000000000 + n).toString(16).padStart(12, '0');
    return hex.slice(0, 8) + '-' + hex.slice(8) + '-7000-8000-' + String(n).padStart(12, '0');
  };`;
  const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

  /**
   * Runs code against a store in a child, kills it after some lines, gives the whole lines back.
   */
  async function killed(code: string, afterLines: number): Promise<string[]> {
    const start = `import { openStore } from ${here('./open-store.ts')};
      const store = await openStore({ folder: ${JSON.stringify(folder)}, mode: 'serve',
        now: () => 5, newId: () => '' });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', start + code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === afterLines) child.kill('SIGKILL');
    }
    expect(await ended).toEqual([null, 'SIGKILL']);
    return lines;
  }

  it('loses no acknowledged decision in a burst, and the chain holds', async () => {
    const acknowledged = await killed(
      `${ID} let n = 0;
      const caller = async () => { for (;;) { const own = n++;
        await store.appendDecision({ id: id(own), time: 1790000000000000 + own * 1000,
          project: 'p', outcome: 'allow', allowed: true, count: 1,
          evaluationId: 'sha256:' + own, evaluationJson: () => '{}' });
        process.stdout.write(id(own) + '\\n'); } };
      for (let i = 0; i < 32; i++) caller();`,
      500,
    );
    const store = await openStore(options('serve'));
    for (const id of acknowledged.slice(0, -1)) {
      expect(await findDecision(store, id)).toMatchObject({ id });
    }
    expect(await verifyDecisionChain(store)).toMatchObject({ intact: true });
    await store.close();
  });

  it('shows nothing of an import that was killed, and removes it with the next', async () => {
    await killed(
      `const { beginAdvisoryImport, addAdvisories } = await import(${here('./advisory-import.ts')});
      const { prepareAdvisory } = await import(${here('./prepared-advisory.ts')});
      const open = await beginAdvisoryImport(store, { id: 'i', family: 'F', time: 5 });
      for (let n = 0;; n++) {
        await addAdvisories(store, open, [prepareAdvisory({ id: 'A' + n, aliases: [],
          summary: '', modified: 1, severity: 'LOW', severitySource: '', references: [],
          affected: [{ ecosystem: 'E', name: 'n', ranges: [], versions: [] }] })]);
        process.stdout.write(n + '\\n'); }`,
      20,
    );
    const store = await openStore(options('serve'));
    expect(await findAdvisories(store, [{ ecosystem: 'E', name: 'n' }])).toEqual([[]]);
    const rows = store.sql.selectFrom('advisory').select('id');
    expect((await store.all(rows)).length).toBeGreaterThanOrEqual(20);
    await beginAdvisoryImport(store, { id: 'j', family: 'F', time: 6 });
    expect(await store.all(rows)).toEqual([]);
    await store.close();
  });

  it('keeps acknowledged writes and no half of a transaction', async () => {
    const acknowledged = await killed(
      `const { createProject } = await import(${here('./project-rows.ts')});
      for (let n = 0;; n++) {
        await store.write(async (tx) => { for (const half of ['a', 'b'])
          await createProject(tx, { id: half + n, createTime: 1 }); });
        process.stdout.write(n + '\\n'); }`,
      30,
    );
    const store = await openStore(options('serve'));
    const ids = new Set((await listProjects(store)).map(({ id }) => id));
    for (const n of acknowledged) expect(ids.has(`a${n}`) && ids.has(`b${n}`)).toBe(true);
    expect(ids.size % 2).toBe(0);
    await store.close();
  });
});
