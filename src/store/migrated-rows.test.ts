/** What earlier schemas held is there and true after migration, on either database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openFakeDeps } from '../../test/support/fake-deps.ts';
import { createTestDatabase, postgresPrograms } from '../../test/support/postgres.ts';
import { debianPackage, imageDigest, keepScanned } from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import { answerFleet } from '../operations/summarise-fleet.ts';
import { findAdvisories, listAdvisorySources } from './advisory-rows.ts';
import { findImage } from './image-rows.ts';
import { listFeeds } from './feed-rows.ts';
import { migratePostgres } from './migrate-postgres.ts';
import { databaseFile, migrateStore, MIGRATIONS, SCHEMA_VERSION } from './migrate-store.ts';
import { POSTGRES_DIALECT, SQLITE_DIALECT, type SqlDialect } from './migration.ts';
import { openStore } from './open-store.ts';
import { parsePostgresUrl } from './postgres-address.ts';
import { openPostgresStore } from './postgres-store.ts';
import type { Store } from './store-contract.ts';

const EARLIER = MIGRATIONS.map(({ version }) => version).filter((one) => one < SCHEMA_VERSION);
const caller: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const DIGEST = imageDigest(1);

it.each(EARLIER)('SQLite, schema %i', { timeout: 60_000 }, async (from) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'assay-rows-')), 'data');
  try {
    migrateStore(folder);
    rmSync(databaseFile(folder));
    const old = new DatabaseSync(databaseFile(folder));
    for (const statement of written(from, SQLITE_DIALECT)) old.exec(statement);
    old.close();
    expect(migrateStore(folder)).toEqual({ from, to: SCHEMA_VERSION });
    const store = await openStore({ folder, mode: 'command', now: () => 5, newId: () => '' });
    await checkRows(store).finally(() => store.close());
  } finally {
    rmSync(join(folder, '..'), { recursive: true });
  }
});

it.skipIf(!postgresPrograms).each(EARLIER)(
  'PostgreSQL, schema %i (needs postgres)',
  { timeout: 60_000 },
  async (from) => {
    const database = await createTestDatabase();
    const { url, password } = database;
    const access = { address: parsePostgresUrl(url), password: async () => password };
    await database.run(written(from, POSTGRES_DIALECT).join(';\n'));
    expect(await migratePostgres(access)).toEqual({ from, to: SCHEMA_VERSION });
    const store = await openPostgresStore({ ...access, revisionBound: 60_000, now: () => 5 });
    await checkRows(store).finally(() => store.close());
    await database.drop();
  },
);

/** An earlier schema with rows in it. */
function written(from: number, dialect: SqlDialect): readonly string[] {
  return [
    'create table setting (name text not null primary key, value text not null)',
    ...MIGRATIONS.slice(0, from).flatMap(({ statements }) => statements(dialect)),
    insert('setting', { name: 'schema_version', value: String(from) }),
    insert('setting', { name: 'revision', value: '0' }),
    insert('project', { id: 'p', create_time: 1 }),
    ...images(from),
    ...advisories(from),
  ];
}

type Row = Readonly<Record<string, string | number | null | undefined>>;

/** A value that is undefined is that of a column that is not there yet. */
function insert(table: string, row: Row): string {
  const there = Object.entries(row).filter(([, value]) => value !== undefined);
  const values = there.map(([, value]) =>
    typeof value === 'string' ? `'${value.replaceAll(`'`, `''`)}'` : String(value),
  );
  return `insert into ${table} (${there.map(([name]) => name).join(', ')}) values (${values.join(', ')})`;
}

const stored = (value: object): string => JSON.stringify({ schemaVersion: 1, ...value });

function images(from: number): readonly string[] {
  const versions = ['openssl', 'zlib'].map((source) => {
    const { path: _path, origin: _origin, ...version } = debianPackage(source, '3.0.1-1');
    return insert('package', {
      identity: source,
      ecosystem: 'Debian:12',
      source_name: source,
      source_version: '3.0.1-1',
      body: stored(version),
      matched_generation: 2,
      name: from < 5 ? undefined : source,
      version: from < 5 ? undefined : '3.0.1-1',
      lookup_name: from < 7 ? undefined : source,
      // What was matched after schema 7 says how much it has.
      counts: from < 7 || source === 'zlib' ? undefined : '0,0,0,0,1,0',
    });
  });
  const members = [1, 2].map((id) => [id, 0, 'installed']);
  const system = { id: 'debian', version: '12' };
  const set = {
    id: 'sha256:set',
    members: stored({ paths: ['var/lib/dpkg/status'], members }),
    body: stored({ problems: [], status: 'COMPLETE', system }),
  };
  const image = {
    digest: DIGEST,
    media_type: 'application/vnd.oci.image.manifest.v1+json',
    kind: 'manifest',
    config_digest: DIGEST,
    platform: 'linux/amd64',
    package_set: set.id,
    status: 'COMPLETE',
    body: stored({ layers: ['sha256:layer'], problems: [], packageLayers: [0, 0] }),
    read_time: 3,
    extractor_version: 1,
    set_number: from < 12 ? undefined : 1,
  };
  const resource = { project: 'p', resource_uri: `r.test/a@${DIGEST}`, digest: DIGEST };
  return [
    ...versions,
    insert('package_set', set),
    insert('image', image),
    insert('image_sighting', { ...resource, first_seen: 3, last_seen: 4 }),
  ];
}

/** One that is in force, one of an import that never ended; before schema 7 also a replaced one. */
function advisories(from: number): readonly string[] {
  const generations = from < 7 ? [1, 2, 3] : [2, 3];
  const affected = [
    {
      ecosystem: 'Debian:12',
      name: 'openssl',
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.2' }] }],
      versions: [],
    },
  ];
  const told = { aliases: [], summary: 's', severity: 'HIGH', severitySource: 't', references: [] };
  const rows = generations.flatMap((generation) => [
    insert('advisory_import', {
      generation,
      id: `i${generation}`,
      begin_time: generation,
      publish_time: generation === 3 ? null : generation,
      revision: from < 7 || generation === 3 ? undefined : generation,
      family: from < 7 ? undefined : 'Debian',
    }),
    insert('advisory', {
      number: generation,
      family: 'Debian',
      generation,
      id: `A-${generation}`,
      modified: 1,
      body: stored({ id: `A-${generation}`, modified: 1, affected, ...told }),
    }),
    insert('advisory_package', { ecosystem: 'Debian:12', name: 'openssl', advisory: generation }),
  ]);
  const changed = { ecosystem: 'Debian:12', name: 'openssl', generation: 2 };
  const source = { family: 'Debian', generation: 2, ecosystem: 'Debian:12', source: 'test' };
  return [
    ...rows,
    ...(from < 7 ? [] : [insert('advisory_change', changed)]),
    insert('advisory_family', { family: 'Debian', generation: 2 }),
    insert('advisory_source', {
      ...source,
      updated: 2,
      records: 1,
      complete: from < 16 ? undefined : 1,
    }),
    // What was fetched before schema 16 is known to be whole.
    ...(from < 8 ? [] : [insert('advisory_feed', FETCHED)]),
    insert('package_match', {
      package: 1,
      advisory_id: 'A-2',
      generation: 2,
      severity: 4,
      first_time: 2,
      change_time: 3,
      body: stored({ advisoryId: 'A-2', fixedVersion: '3.0.2', ...told }),
      fixable: from < 5 ? undefined : 1,
    }),
  ];
}

const FETCHED = {
  name: 'osv:Debian',
  attempt_time: 2,
  success_time: 2,
  failures: 0,
  failures_ever: 0,
  body: stored({ url: 'https://osv.test', generation: 2 }),
};

async function checkRows(store: Store): Promise<void> {
  const image = await findImage(store, DIGEST);
  expect(image?.packageSet.packages.map(({ name, path }) => `${name} ${path}`)).toEqual([
    'openssl var/lib/dpkg/status',
    'zlib var/lib/dpkg/status',
  ]);
  const [found] = await findAdvisories(store, [{ ecosystem: 'Debian:12', name: 'openssl' }]);
  expect(found?.map(({ id }) => id)).toEqual(['A-2']);
  const complete = (await listFeeds(store)).length > 0;
  expect(await listAdvisorySources(store)).toMatchObject([
    { source: 'test', records: 1, complete },
  ]);
  const packages = [debianPackage('openssl', '3.0.1-1'), debianPackage('zlib', '4')];
  const next = { project: 'p', repository: 'r.test/b', digest: imageDigest(2), packages };
  await keepScanned(store, { ...next, time: 4 });
  const counted = `${complete ? 'COMPLETE' : 'INCOMPLETE'} 0 0 0 0 1 0`;
  expect(await countAll(store)).toEqual([counted, counted]);
  const times = store.sql.selectFrom('package_match').select(['package', 'first_time', 'fixable']);
  expect((await store.all(times.where('package', '=', 1)))[0]).toEqual({
    package: 1,
    first_time: 2,
    fixable: 1,
  });
}

/** Over all images, which matches what is to be matched. */
async function countAll(store: Store): Promise<readonly string[]> {
  const { deps, close } = await openFakeDeps();
  const all: string[] = [];
  const question = { caller, project: 'p' };
  for await (const answers of answerFleet({ ...deps, store }, question)) {
    all.push(...answers.map(({ status, counts }) => `${status} ${counts.join(' ')}`));
  }
  await close();
  return all;
}
