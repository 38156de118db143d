/** Reading a language's file by its row: whatever a parser does, the answer is a database. */
import type { LanguageFile } from './language-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads it; a parser that throws is a problem of the file, never the end of the scan. */
export function readLanguageFile(
  row: LanguageFile,
  bytes: Uint8Array,
  path: string,
): PackageDatabase {
  try {
    return row.read(bytes, path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'its reader failed';
    return unreadLanguageFile(row, path, reason.slice(0, 200));
  }
}

/**
 * What stands for a file that was not read: its name may tell all; else, of what is installed there
 * may be more, which is fatal.
 */
export function unreadLanguageFile(
  row: LanguageFile,
  path: string,
  reason: string,
): PackageDatabase {
  if (row.byName === true) return row.read(new Uint8Array(), path);
  const message = `${JSON.stringify(path.slice(0, 200))} was not read: ${reason}`;
  const fatal = row.origin === 'installed';
  return { packages: [], problems: [{ code: 'file-not-read', message, fatal }] };
}
