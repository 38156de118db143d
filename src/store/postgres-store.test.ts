/** Several replicas over one PostgreSQL database: what one server alone cannot show. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createTestDatabase,
  postgresPrograms,
  type TestDatabase,
} from '../../test/support/postgres.ts';
import { addAdvisories, beginAdvisoryImport, publishAdvisoryImport } from './advisory-import.ts';
import { publishImport } from './advisory-import-rows.ts';
import { findAdvisories } from './advisory-rows.ts';
import { addCluster, listClusters } from './cluster-rows.ts';
import { findDecision, pruneDecisions, verifyDecisionChain } from './decision-log.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { SCHEMA_VERSION } from './migrate-store.ts';
import { createNote } from './note-rows.ts';
import { createOccurrences } from './occurrence-rows.ts';
import { parsePostgresUrl } from './postgres-address.ts';
import type { PostgresAccess } from './postgres-connection.ts';
import { openPostgresStore } from './postgres-store.ts';
import { prepareAdvisory } from './prepared-advisory.ts';
import { createProject, findProject, listProjects } from './project-rows.ts';
import type { NewDecision, Store } from './store-contract.ts';

const T0 = 1_790_000_000_000_000;

let database: TestDatabase;
let access: PostgresAccess;
const opened: Store[] = [];

/** A machine under load may be slower than servers are to be, so the bound is wide but for one. */
async function open(more: { folder?: string; revisionBound?: number } = {}): Promise<Store> {
  const store = await openPostgresStore({
    ...access,
    now: () => T0,
    revisionBound: 60_000,
    ...more,
  });
  opened.push(store);
  return store;
}

const accessTo = ({ url, password }: TestDatabase): PostgresAccess => ({
  address: parsePostgresUrl(url),
  password: async () => password,
});

function decision(n: number): NewDecision {
  const end = n.toString(16).padStart(12, '0');
  return {
    id: `01a0c1e2-7c00-7000-8000-${end}`,
    time: T0 + n,
    project: 'p',
    outcome: 'allow',
    allowed: true,
    count: 1,
    evaluationId: `sha256:${n % 3}`,
    evaluationJson: () => '{}',
  };
}

describe.skipIf(!postgresPrograms)('replicas over one database (needs postgres)', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    access = accessTo(database);
    await migratePostgres(access);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await database.clear();
  });
  afterAll(() => database.drop());

  it('migrate once, however many start together', async () => {
    const fresh = await createTestDatabase();
    const migrated = await Promise.all([1, 2, 3].map(() => migratePostgres(accessTo(fresh))));
    expect(migrated.every(({ to }) => to === SCHEMA_VERSION)).toBe(true);
    const other = `select count(*)::int as count from information_schema.columns
      where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`;
    expect(await fresh.run(other)).toEqual([{ count: 0 }]);
    await fresh.drop();
  });

  it.each([
    ['a newer schema', `update setting set value = '999' where name = 'schema_version'`, 'newer'],
    ['tables of others', 'drop table setting', "not Assay's"],
  ])('refuse a database with %s', async (_fact, change, problem) => {
    const fresh = await createTestDatabase();
    await migratePostgres(accessTo(fresh));
    await fresh.run(change);
    const refused = openPostgresStore({ ...accessTo(fresh), now: () => T0 });
    await expect(refused).rejects.toMatchObject({ code: 'failed-precondition' });
    await expect(refused).rejects.toThrow(problem);
    await fresh.drop();
  });

  it('write one after another', async () => {
    const [one, two] = [await open(), await open()];
    const add = (name: string, index: number) =>
      (index % 2 === 0 ? one : two).write(async (tx) => {
        const seen = await listClusters(tx, 'p');
        await addCluster(tx, { project: 'p', location: 'l', name, createTime: seen.length });
      });
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(add));
    const times = (await listClusters(one, 'p')).map(({ createTime }) => createTime);
    expect(times.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('see the revision of what another wrote', async () => {
    const [one, two] = [await open(), await open()];
    const before = two.revision();
    await one.write((tx) => createProject(tx, { id: 'p-roject', createTime: T0 }));
    expect(one.revision()).toBe(before + 1);
    await vi.waitFor(() => expect(two.revision()).toBe(before + 1), { timeout: 5000 });
    await two.write((tx) => createProject(tx, { id: 'q-roject', createTime: T0 }));
    expect(two.revision()).toBe(before + 2);
  });

  it('see it from the row alone, where the notification is lost', async () => {
    const store = await open();
    const before = store.revision();
    await database.run(`update setting set value = (value::int + 3)::text where name = 'revision'`);
    await vi.waitFor(() => expect(store.revision()).toBe(before + 3), { timeout: 5000 });
  });

  it('share one chain of decisions', async () => {
    const [one, two] = [await open(), await open()];
    for (let round = 0; round < 3; round += 1) {
      const numbers = Array.from({ length: 40 }, (_, n) => round * 40 + n);
      const append = (n: number) => (n % 2 === 0 ? one : two).appendDecision(decision(n));
      await Promise.all(numbers.map(append));
    }
    expect(await verifyDecisionChain(one)).toMatchObject({ intact: true });
    for (let n = 0; n < 120; n += 1) {
      expect(await findDecision(two, decision(n).id)).toMatchObject({ time: T0 + n });
    }
  });

  it('go on with the chain while another prunes it', async () => {
    const [one, two] = [await open(), await open()];
    const append = async () => {
      for (let n = 0; n < 60; n += 1) await one.appendDecision(decision(n));
    };
    const prune = async () => {
      for (let n = 0; n < 20; n += 1) await pruneDecisions(two, { before: T0 + n * 3, time: T0 });
    };
    await Promise.all([append(), prune()]);
    expect(await verifyDecisionChain(one)).toMatchObject({ intact: true });
    expect(await findDecision(two, decision(59).id)).toBeDefined();
  });

  it('never publish half of an import that another replaced', async () => {
    const [one, two] = [await open(), await open()];
    const advisory = (id: string) => ({
      id,
      aliases: [],
      summary: '',
      modified: T0,
      severity: 'LOW' as const,
      severitySource: '',
      references: [],
      affected: [{ ecosystem: 'E', name: 'n', ranges: [], versions: [] }],
    });
    const source = {
      family: 'F',
      ecosystem: 'E',
      source: 's',
      updated: T0,
      records: 1,
      complete: true,
    };
    const begun = await Promise.allSettled(
      [one, two].map(async (store, index) => {
        const begun = { id: `i${index}`, family: 'F', time: T0 };
        const open = await beginAdvisoryImport(store, begun);
        const ids = ['A', 'B', 'C'].map((name) => `${name}${index}`);
        for (const id of ids) {
          await addAdvisories(store, open, [prepareAdvisory(advisory(id))]);
        }
        const published = { sources: [source], time: T0 };
        await publishAdvisoryImport(store, open, (tx) => publishImport(tx, open, published));
      }),
    );
    expect(begun.some(({ status }) => status === 'fulfilled')).toBe(true);
    const [found] = await findAdvisories(one, [{ ecosystem: 'E', name: 'n' }]);
    expect(new Set(found?.map(({ id }) => id.slice(1))).size).toBe(1);
    expect(found).toHaveLength(3);
  });
});

describe.skipIf(!postgresPrograms)('a database in trouble (needs postgres)', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    access = accessTo(database);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });
  afterAll(() => database.drop());

  const END_ALL = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'assay'`;

  it('ends a write without a trace where the connection is lost, and serves the next', async () => {
    const store = await open();
    const lost = store.write(async (tx) => {
      await createProject(tx, { id: 'lost-1', createTime: T0 });
      await database.run(END_ALL);
      await createProject(tx, { id: 'lost-2', createTime: T0 });
    });
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
    await store.write((tx) => createProject(tx, { id: 'kept-1', createTime: T0 }));
    expect((await listProjects(store)).map(({ id }) => id)).toEqual(['kept-1']);
  });

  it('believes nothing cached while the revision cannot be looked at', async () => {
    const store = await open({ revisionBound: 1000 });
    const before = store.revision();
    await database.run('alter table setting rename to away');
    await vi.waitFor(() => expect(store.revision()).not.toBe(store.revision()), { timeout: 5000 });
    await database.run('alter table away rename to setting');
    await vi.waitFor(() => expect(store.revision()).toBe(store.revision()), { timeout: 5000 });
    expect(store.revision()).toBeGreaterThan(before);
  });

  it('refuses a failed statement that was passed over', async () => {
    const store = await open();
    const passed = store.write(async (tx) => {
      await createProject(tx, { id: 'half-1', createTime: T0 });
      await tx.run(tx.sql.deleteFrom('nothing' as 'note')).catch(() => undefined);
    });
    await expect(passed).rejects.toThrow('nothing was written');
    expect(await findProject(store, 'half-1')).toBeUndefined();
  });

  it('reads on after another replica changed the schema', async () => {
    const store = await open();
    await store.write((tx) => createProject(tx, { id: 'old-1', createTime: T0 }));
    expect(await findProject(store, 'old-1')).toBeDefined();
    await database.run('alter table project alter column id type varchar(100) collate "C"');
    expect(await findProject(store, 'old-1')).toBeDefined();
    await database.run('alter table project alter column id type text collate "C"');
  });

  const note = { kind: 'ATTESTATION', createTime: T0, updateTime: T0, detail: {} } as const;
  const occurrence = {
    ...note,
    name: 'projects/p-roject/occurrences/o',
    noteName: 'projects/p-roject/notes/n',
  };

  it.each([
    [
      'a NUL',
      (store: Store) =>
        store.write((tx) =>
          createOccurrences(tx, [{ ...occurrence, resourceUri: 'https://x/\0' }]),
        ),
    ],
    [
      'a key longer than an index takes',
      (store: Store) =>
        store.write((tx) =>
          createOccurrences(tx, [{ ...occurrence, resourceUri: randomText(9000) }]),
        ),
    ],
  ])('refuses %s as the caller’s mistake', async (_fact, write) => {
    const store = await open();
    await store
      .write((tx) => createNote(tx, { ...note, name: 'projects/p-roject/notes/n' }))
      .catch(() => undefined);
    await expect(write(store)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  /** Text that does not compress. */
  function randomText(length: number): string {
    let [text, state] = ['', 1];
    while (text.length < length) {
      state = (state * 48_271) % 2_147_483_647;
      text += state.toString(36);
    }
    return text;
  }

  it.each([
    ['a wrong password', () => ({ ...access, password: async () => 'hunter2' })],
    [
      'no such database',
      () => ({ ...access, address: { ...access.address, database: 'missing' } }),
    ],
    ['nobody there', () => ({ ...access, address: { ...access.address, port: 1 } })],
  ])('says what to do about %s, without the password', async (_fact, other) => {
    const refused = openPostgresStore({ ...other(), now: () => T0 });
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    await expect(refused).rejects.toThrow('--database');
    await expect(refused).rejects.not.toThrow('hunter2');
  });

  it('gives the write lock back where a replica is killed in mid-write', async () => {
    const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
    const code = `import { openPostgresStore } from ${here('./postgres-store.ts')};
      import { createProject } from ${here('./project-rows.ts')};
      const store = await openPostgresStore({ address: ${JSON.stringify(access.address)},
        password: async () => ${JSON.stringify(database.password)}, now: () => 5 });
      await store.write(async (tx) => {
        await createProject(tx, { id: 'half-2', createTime: 1 });
        process.stdout.write('writing\\n');
        await new Promise(() => setTimeout(() => undefined, 60_000));
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const store = await open();
    const write = store.write((tx) => createProject(tx, { id: 'whole-2', createTime: T0 }));
    child.kill('SIGKILL');
    await write;
    expect(await findProject(store, 'whole-2')).toBeDefined();
    expect(await findProject(store, 'half-2')).toBeUndefined();
  });

  it('leads commands to its server by the lock of the data folder', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'assay-replica-')), 'data');
    const store = await open({ folder });
    await store.announce('http://127.0.0.1:1');
    const lock: unknown = JSON.parse(readFileSync(join(folder, 'serve.lock'), 'utf8'));
    expect(lock).toMatchObject({ pid: process.pid, http: 'http://127.0.0.1:1' });
    expect(store.lockHolder()).toBeUndefined();
    await opened.pop()?.close();
    expect(existsSync(join(folder, 'serve.lock'))).toBe(false);
    rmSync(join(folder, '..'), { recursive: true });
  });

  it('leaves no other store aside', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-replica-'));
    writeFileSync(join(folder, 'assay.db'), '');
    await expect(open({ folder })).rejects.toMatchObject({ code: 'failed-precondition' });
    rmSync(folder, { recursive: true });
  });
});
