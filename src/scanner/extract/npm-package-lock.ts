/**
 * npm's lock files: `package-lock.json`, `npm-shrinkwrap.json` of all versions, and
 * `node_modules/.package-lock.json`, which npm writes of what it installed.
 */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import { declaredPackages, lockEntry, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/**
 * Reads `packages` (lockfileVersion 2 and 3), else the nested `dependencies` (1). Development,
 * optional and bundled packages count; the project itself and links to folders do not.
 */
export function readNpmPackageLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const packages = objectField(read.value, 'packages');
  if (packages !== undefined) {
    return declaredPackages(path, Object.entries(packages).flatMap(fromFolder));
  }
  const dependencies = objectField(read.value, 'dependencies');
  if (dependencies !== undefined) return declaredPackages(path, nestedEntries(dependencies));
  const isLock = Object.hasOwn(read.value, 'lockfileVersion') || textField(read.value, 'name');
  return isLock
    ? { packages: [], problems: [] }
    : unreadLockFile(path, 'it has neither "packages" nor "dependencies"');
}

const MODULES = 'node_modules/';

/**
 * A key of `packages` is a folder, `node_modules/a/node_modules/@b/c`; an entry has a name where
 * that differs, as of an alias. Folders outside of node_modules are workspaces and `file:` ones.
 */
function fromFolder([folder, value]: readonly [string, Json | undefined]): LockEntry[] {
  if (folder === '' || !isJsonObject(value) || value['link'] === true) return [];
  const at = folder.lastIndexOf(MODULES);
  const version = textField(value, 'version');
  if (at === -1 && version === undefined) return [];
  const name = textField(value, 'name') ?? nameOfFolder(folder, at);
  return [lockEntry(name, version)];
}

function nameOfFolder(folder: string, modules: number): string {
  if (modules !== -1) return folder.slice(modules + MODULES.length);
  const [scope = '', name = ''] = ['', ...folder.split('/')].slice(-2);
  return scope.startsWith('@') ? `${scope}/${name}` : name;
}

/** Walks without recursion: the depth of the nesting is the file's to choose. */
function* nestedEntries(dependencies: JsonObject): Generator<LockEntry> {
  const waiting = [dependencies];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [name, value] of Object.entries(next)) {
      if (!isJsonObject(value)) continue;
      yield nestedEntry(name, textField(value, 'version'));
      const inner = objectField(value, 'dependencies');
      if (inner !== undefined) waiting.push(inner);
    }
  }
}

/** A version is `1.2.3`, of an alias `npm:NAME@1.2.3`, and else an address without a version. */
function nestedEntry(name: string, version: string | undefined): LockEntry {
  if (version?.startsWith('npm:') === true) {
    const at = version.lastIndexOf('@');
    if (at > 'npm:'.length) return lockEntry(version.slice(4, at), version.slice(at + 1));
  }
  return version === undefined || /[:/]/.test(version) ? { unclear: name } : { name, version };
}
