/** `--database` and `--database-password-file` as one checked value. */
import type { OptionValues } from './cli/command.ts';
import { textOption } from './cli/options.ts';
import { AssayError } from './domain/error.ts';
import { type PostgresAddress, parsePostgresUrl } from './store/postgres-address.ts';

/** Where a PostgreSQL server is, and the file that holds the password; absent: none is sent. */
export interface DatabaseConfig {
  readonly address: PostgresAddress;
  readonly passwordFile?: string;
}

/** Reads the options; undefined: the data folder holds the store. */
export function readDatabaseConfig(options: OptionValues): DatabaseConfig | undefined {
  const url = textOption(options, 'database');
  const passwordFile = textOption(options, 'databasePasswordFile');
  if (url !== undefined) {
    return {
      address: parsePostgresUrl(url),
      ...(passwordFile === undefined ? {} : { passwordFile }),
    };
  }
  if (passwordFile === undefined) return undefined;
  throw new AssayError(
    'invalid-argument',
    '--database-password-file has no --database; give both, or none for a data folder',
  );
}
