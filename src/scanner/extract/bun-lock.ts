/** bun's lock files: the text form, and the binary one of before, which is not read. */
import { isJsonObject, type Json } from '../../domain/json.ts';
import { objectField, readJson } from './json-file.ts';
import { relaxedJson } from './relaxed-json.ts';
import { declaredPackages, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/**
 * Reads `bun.lock`, JSON with comments and trailing commas: each value of `packages` is a list
 * whose first item is `NAME@VERSION`, or `NAME@ADDRESS` of what was not published.
 */
export function readBunLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJson(relaxedJson(new TextDecoder().decode(bytes)));
  if ('reason' in read) return unreadLockFile(path, read.reason);
  if (!isJsonObject(read.value)) return unreadLockFile(path, 'it is no JSON object');
  const packages = objectField(read.value, 'packages');
  if (packages !== undefined)
    return declaredPackages(path, Object.values(packages).flatMap(toEntry));
  return Object.hasOwn(read.value, 'lockfileVersion')
    ? { packages: [], problems: [] }
    : unreadLockFile(path, 'it has no "packages"');
}

/** Says that `bun.lockb` is not read. */
export function readBunBinary(_bytes: Uint8Array, path: string): PackageDatabase {
  const reason =
    "bun's binary form is not read; `bun install --save-text-lockfile` writes bun.lock";
  return unreadLockFile(path, reason);
}

function toEntry(value: Json | undefined): LockEntry[] {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  if (typeof first !== 'string') return [{ unclear: 'an entry without a name' }];
  const at = first.indexOf('@', 1);
  const name = at === -1 ? first : first.slice(0, at);
  const version = at === -1 ? '' : first.slice(at + 1);
  if (/^(?:workspace|link|root):/.test(version)) return [];
  return [/^\d/.test(version) ? { name, version } : { unclear: name }];
}
