/** Composer's files: what it locks, and what it says that it installed. */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { objectList, readJson, readJsonObject, textField } from './json-file.ts';
import { declaredPackages, lockEntry, unreadInstalled, unreadLockFile } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads `composer.lock`: `packages` and `packages-dev`, versions as written (`v1.2.3`). */
export function readComposerLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  if (!Object.hasOwn(read.value, 'packages')) return unreadLockFile(path, 'it has no "packages"');
  return declaredPackages(path, [
    ...objectList(read.value, 'packages').map(toEntry),
    ...objectList(read.value, 'packages-dev').map(toEntry),
  ]);
}

/**
 * Reads `vendor/composer/installed.json`: a list (Composer 1) or an object with the list `packages`
 * (2). What is in it is on the disk, also where it is there for development only.
 */
export function readComposerInstalled(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJson(new TextDecoder().decode(bytes));
  if ('reason' in read) return unreadInstalled(path, read.reason);
  const list: unknown = isJsonObject(read.value) ? read.value['packages'] : read.value;
  if (!Array.isArray(list)) return unreadInstalled(path, 'it has no list of packages');
  const entries = list.map((item: unknown) => toEntry(isJsonObject(item) ? item : {}));
  const { packages, problems } = declaredPackages(path, entries);
  return { packages, problems: problems.map((problem) => ({ ...problem, fatal: true })) };
}

function toEntry(item: JsonObject): ReturnType<typeof lockEntry> {
  return lockEntry(textField(item, 'name') ?? '', textField(item, 'version'));
}
