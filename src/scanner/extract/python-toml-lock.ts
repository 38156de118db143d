/** Python's lock files that are TOML: of poetry, uv and PDM, and `pylock.toml` (PEP 751). */
import type { JsonObject } from '../../domain/json.ts';
import { objectField, objectList, textField } from './json-file.ts';
import { declaredPackages, lockEntry, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { readToml } from './toml-file.ts';

/** Reads `poetry.lock` of 1.x and 2.x: `[[package]]` with name and version, all groups. */
export function readPoetryLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readTables(bytes, path, { list: 'package', marks: ['metadata'] });
}

/** Reads `pdm.lock`: `[[package]]` with name and version, all groups. */
export function readPdmLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readTables(bytes, path, { list: 'package', marks: ['metadata'] });
}

/**
 * Reads `uv.lock`. Packages whose source is `virtual` or `editable` are the project and the members
 * of its workspace, which are no packages that were taken from elsewhere.
 */
export function readUvLock(bytes: Uint8Array, path: string): PackageDatabase {
  return readTables(bytes, path, { list: 'package', marks: ['version'], isOwn: isUvMember });
}

/** Reads `pylock.toml`, where packages of folders and of version control may have no version. */
export function readPylock(bytes: Uint8Array, path: string): PackageDatabase {
  return readTables(bytes, path, { list: 'packages', marks: ['lock-version'] });
}

interface TomlForm {
  /** The array of tables that has the packages. */
  readonly list: string;
  /** Fields that a file without any package still has. */
  readonly marks: readonly string[];
  readonly isOwn?: (table: JsonObject) => boolean;
}

function readTables(bytes: Uint8Array, path: string, form: TomlForm): PackageDatabase {
  const read = readToml(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const tables = objectList(read.value, form.list);
  const known = form.marks.some((mark) => Object.hasOwn(read.value, mark));
  if (tables.length === 0 && !known) return unreadLockFile(path, `it has no [[${form.list}]]`);
  return declaredPackages(
    path,
    tables.filter((table) => form.isOwn?.(table) !== true).map(toEntry),
  );
}

function toEntry(table: JsonObject): LockEntry {
  return lockEntry(textField(table, 'name') ?? '', textField(table, 'version'));
}

function isUvMember(table: JsonObject): boolean {
  const source = objectField(table, 'source');
  return (
    source !== undefined && (Object.hasOwn(source, 'virtual') || Object.hasOwn(source, 'editable'))
  );
}
