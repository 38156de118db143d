/** Empty stores over both databases, for tests that must hold on either. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource } from '../../src/make-id.ts';
import { openStore } from '../../src/store/open-store.ts';
import { parsePostgresUrl } from '../../src/store/postgres-address.ts';
import { openPostgresStore } from '../../src/store/postgres-store.ts';
import type { Store } from '../../src/store/store-contract.ts';
import { createTestDatabase } from './postgres.ts';

/** What time it is in these stores. */
export const STORE_TIME = 1_790_000_000_000_000;

/** A store, and how to remove all of it. */
export interface TestStore {
  readonly store: Store;
  /** Lets the database count its rows, as it does by itself in time. */
  readonly analyze: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Opens an empty store, by the database's name; the title says what a test is skipped without. */
export const OPEN_STORES: Readonly<Record<string, () => Promise<TestStore>>> = {
  SQLite: openInFolder,
  'PostgreSQL (needs postgres)': openInDatabase,
};

/** Ids in the order of their making. */
export const newStoreId = createIdSource(() => STORE_TIME / 1000);

async function openInFolder(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-both-'));
  const now = (): number => STORE_TIME;
  const store = await openStore({ folder, mode: 'command', now, newId: newStoreId });
  return {
    store,
    // The writer's connection does so when it is closed.
    analyze: async () => undefined,
    remove: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openInDatabase(): Promise<TestStore> {
  const database = await createTestDatabase();
  const { url, password } = database;
  const access = { address: parsePostgresUrl(url), password: async () => password };
  // A machine under load may be slower than servers are to be.
  const calm = { revisionBound: 60_000, now: () => STORE_TIME };
  const store = await openPostgresStore({ ...access, ...calm });
  return {
    store,
    analyze: async () => void (await database.run('vacuum analyze')),
    remove: async () => {
      await store.close();
      await database.drop();
    },
  };
}
