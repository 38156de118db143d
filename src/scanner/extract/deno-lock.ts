/** Deno's lock file: packages of npm and of JSR, in the forms of its versions 2 to 5. */
import type { JsonObject } from '../../domain/json.ts';
import { objectField, readJsonObject } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';

/**
 * Reads `deno.lock`. The keys of `npm` are `NAME@VERSION`, behind which `_` begins what its peers
 * are. No advisories are known for JSR, and modules by address have no version: both are told.
 */
export function readDenoLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const list = newPackageList(path, 'declared');
  for (const key of keysOf(read.value, 'npm')) {
    const [, name, version] = /^(@?[^@_][^@]*)@([^_@]+)/.exec(key.slice(0, 1024)) ?? [];
    list.add(name, version);
  }
  for (const [kind, what] of Object.entries(OTHERS)) {
    const { length } = keysOf(read.value, kind);
    if (length > 0) list.remark(`has ${length} ${what}, for which no advisories are known`);
  }
  return list.database();
}

const OTHERS = { jsr: 'packages of JSR', remote: 'modules by address' };

/** Version 3 has packages one level down, version 2 those of npm in a `packages` of their own. */
function keysOf(file: JsonObject, kind: string): readonly string[] {
  const inner = objectField(file, 'packages') ?? file;
  const found = objectField(inner, kind) ?? objectField(file, kind) ?? {};
  const packages = kind === 'npm' && Object.hasOwn(found, 'specifiers');
  return Object.keys((packages ? objectField(found, 'packages') : found) ?? {});
}
