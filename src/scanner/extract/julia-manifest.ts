/** Julia's `Manifest.toml`, versions 1 and 2: what a project resolved. */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { objectField, textField } from './json-file.ts';
import { declaredPackages, type LockEntry, unreadLockFile } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { readToml } from './toml-file.ts';

/**
 * Reads the packages. Without a version are those of Julia itself, which are no packages of a
 * registry, and checkouts; only the latter have a path or repository, and are told.
 */
export function readJuliaManifest(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readToml(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const packages = objectField(read.value, 'deps') ?? read.value;
  return declaredPackages(path, entriesOf(packages));
}

function* entriesOf(packages: JsonObject): Generator<LockEntry> {
  for (const [name, entries] of Object.entries(packages)) {
    if (!Array.isArray(entries)) continue;
    for (const entry of entries) {
      if (!isJsonObject(entry)) yield { unclear: name };
      else yield* entryOf(name, entry);
    }
  }
}

function* entryOf(name: string, entry: JsonObject): Generator<LockEntry> {
  const version = textField(entry, 'version');
  if (version !== undefined) yield { name, version };
  else if ('path' in entry || 'repo-url' in entry) yield { unclear: name };
}
