/** Databases filled for the bench of Google's API, and how servers are started on them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createIdSource } from '../src/make-id.ts';
import { openStore } from '../src/store/open-store.ts';
import { parsePostgresUrl } from '../src/store/postgres-address.ts';
import { openPostgresStore } from '../src/store/postgres-store.ts';
import type { Store } from '../src/store/store-contract.ts';
import { createTestDatabase } from '../test/support/postgres.ts';
import { fillStore } from './google-api-data.ts';

/** The tables that summaries are made of. */
const FACTS = ['image_sighting', 'image', 'package_set', 'package', 'package_match', 'occurrence']
  .map((name) => `'${name}'`)
  .join(', ');

/** A filled database, and how our server and the bare one are given it. */
export interface Filled {
  readonly name: string;
  readonly store: Store;
  readonly serve: readonly string[];
  readonly bare: readonly string[];
  /** Rows that the database has read so far, where it counts them. */
  readonly rowsRead?: () => Promise<number>;
  readonly drop: () => Promise<void>;
}

const now = (): number => Date.now() * 1000;
const newId = createIdSource(() => Date.now());

/** Fills a data folder. */
export async function fillSqlite(root: string): Promise<Filled> {
  const folder = join(root, 'sqlite');
  const store = await openStore({ folder, mode: 'command', now, newId, writer: 'inline' });
  await fillStore(store, say('SQLite'));
  await store.close();
  const reader = await openStore({ folder, mode: 'read', now, newId });
  return {
    name: 'SQLite',
    store: reader,
    serve: ['--data', folder],
    bare: ['sqlite', join(folder, 'assay.db')],
    drop: () => reader.close(),
  };
}

/** Fills a new database of the running PostgreSQL. */
export async function fillPostgres(root: string): Promise<Filled> {
  const folder = join(root, 'postgres');
  await mkdir(folder, { recursive: true });
  const database = await createTestDatabase();
  const { url, password } = database;
  const secret = join(folder, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  const access = { address: parsePostgresUrl(url), password: async () => password };
  const store = await openPostgresStore({ ...access, now });
  await fillStore(store, say('PostgreSQL'));
  await database.run('vacuum analyze');
  const flags = ['--database', url, '--database-password-file', secret];
  return {
    name: 'PostgreSQL',
    store,
    serve: ['--data', join(folder, 'data'), ...flags],
    bare: ['postgres', url, password],
    rowsRead: async () => {
      const fetched = 'coalesce(idx_tup_fetch, 0) + seq_tup_read';
      const [row] = await database.run(
        `select sum(${fetched}) as rows from pg_stat_user_tables where relname in (${FACTS})`,
      );
      return Number(row?.['rows']);
    },
    drop: async () => {
      await store.close();
      await database.drop();
    },
  };
}

function say(name: string): (text: string) => void {
  const start = Date.now();
  return (text) =>
    console.error(`  ${name}: ${text} (${((Date.now() - start) / 1000).toFixed(0)} s)`);
}
