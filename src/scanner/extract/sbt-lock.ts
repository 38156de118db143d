/** `build.sbt.lock` of sbt-dependency-lock: what Scala's builds resolved. */
import { objectList, readJsonObject, textField } from './json-file.ts';
import { declaredPackages, lockEntry, unreadLockFile } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads `dependencies`, those of all configurations. */
export function readSbtLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  if (!Array.isArray(read.value['dependencies'])) {
    return unreadLockFile(path, 'it has no list "dependencies"');
  }
  const entries = objectList(read.value, 'dependencies').map((one) => {
    const name = `${textField(one, 'org') ?? '?'}:${textField(one, 'name') ?? '?'}`;
    return name.includes('?') ? { unclear: name } : lockEntry(name, textField(one, 'version'));
  });
  return declaredPackages(path, entries);
}
