/** `assay migrate`: brings a data folder or a database to this version's schema. */
import type { OptionValues } from './cli/command.ts';
import { readDatabaseConfig } from './database-config.ts';
import { postgresAccess } from './open-server-store.ts';
import { formatPostgresAddress } from './store/postgres-address.ts';

interface Migrated {
  readonly from: number;
  readonly to: number;
}

/** Migrates what the options name; tells what was done. */
export async function runMigration(folder: string, options: OptionValues): Promise<string> {
  const database = readDatabaseConfig(options);
  if (database === undefined) {
    const { migrateStore } = await import('./store/migrate-store.ts');
    return report(folder, migrateStore(folder));
  }
  const { migratePostgres } = await import('./store/migrate-postgres.ts');
  return report(
    formatPostgresAddress(database.address),
    await migratePostgres(postgresAccess(database)),
  );
}

function report(place: string, { from, to }: Migrated): string {
  return from === to
    ? `${place} has schema ${to} already`
    : `${place} went from schema ${from} to ${to}`;
}
