/** The server's store: a data folder, or a PostgreSQL server that replicas share. */
import type { DatabaseConfig } from './database-config.ts';
import { AssayError } from './domain/error.ts';
import { systemNow } from './make-deps.ts';
import type { Log } from './operations/deps.ts';
import { readTextFile } from './remote/read-text-file.ts';
import { formatPostgresAddress } from './store/postgres-address.ts';
import type { PostgresAccess } from './store/postgres-connection.ts';
import type { Store } from './store/store-contract.ts';

/** What a server's store is opened with. */
export interface ServerStoreOptions {
  /** Data folder; with a database it keeps the server's own files only. */
  readonly folder: string;
  readonly database?: DatabaseConfig | undefined;
  readonly newId: () => string;
  readonly log: Log;
}

const MAX_PASSWORD_BYTES = 4096;

/** Opens the store of `assay serve`, migrating it; each loads only what it needs. */
export async function openServerStore(options: ServerStoreOptions): Promise<Store> {
  const { folder, database, newId, log } = options;
  const onSlowWrite = (milliseconds: number): void =>
    log.warn({ milliseconds }, 'a write took long');
  if (database === undefined) {
    const { openStore } = await import('./store/open-store.ts');
    return openStore({ folder, mode: 'serve', now: systemNow, newId, onSlowWrite });
  }
  const { openPostgresStore } = await import('./store/postgres-store.ts');
  log.info({ database: formatPostgresAddress(database.address) }, 'the store is PostgreSQL');
  return openPostgresStore({ folder, now: systemNow, onSlowWrite, ...postgresAccess(database) });
}

/** The password is read again for each connection, so that a rotated one is taken up. */
export function postgresAccess({ address, passwordFile }: DatabaseConfig): PostgresAccess {
  return passwordFile === undefined
    ? { address }
    : { address, password: () => readPassword(passwordFile) };
}

async function readPassword(file: string): Promise<string> {
  const password = (await readTextFile(file, MAX_PASSWORD_BYTES)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new AssayError('invalid-argument', `--database-password-file ${file} is empty`);
}
