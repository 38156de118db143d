/** pipenv's lock file. */
import { isJsonObject, type Json } from '../../domain/json.ts';
import { readJsonObject, textField } from './json-file.ts';
import { declaredPackages, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads `Pipfile.lock`: every category (`default`, `develop`, own ones), versions as `==1.0`. */
export function readPipfileLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const categories = Object.entries(read.value).filter(([key]) => key !== '_meta');
  const known = Object.hasOwn(read.value, '_meta') || Object.hasOwn(read.value, 'default');
  if (!known) return unreadLockFile(path, 'it has neither "_meta" nor "default"');
  const entries = categories.flatMap(([, category]) =>
    isJsonObject(category) ? Object.entries(category).flatMap(toEntry) : [],
  );
  return declaredPackages(path, entries);
}

function toEntry([name, value]: readonly [string, Json | undefined]): LockEntry[] {
  if (!isJsonObject(value)) return [{ unclear: name }];
  const version = /^===?\s*([^\s=*]+)$/.exec(textField(value, 'version') ?? '')?.[1];
  return [version === undefined ? { unclear: name } : { name, version }];
}
