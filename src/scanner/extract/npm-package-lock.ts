/** npm's `package-lock.json`, versions 2 and 3: the packages that an installation would have. */
import { isJsonObject, type Json } from '../../domain/json.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';

/** Reads the field `packages`: its keys are folders, `node_modules/a/node_modules/@b/c`. */
export function readNpmPackageLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unread(path, read.reason);
  const packages = objectField(read.value, 'packages');
  if (packages === undefined) return unread(path, 'it has no object "packages"');
  return { packages: Object.entries(packages).flatMap(toPackage), problems: [] };
}

function toPackage([folder, value]: readonly [string, Json | undefined]): DatabasePackage[] {
  if (!isJsonObject(value)) return [];
  const at = folder.lastIndexOf('node_modules/');
  const version = textField(value, 'version');
  if (at === -1 || version === undefined) return [];
  const name = textField(value, 'name') ?? folder.slice(at + 'node_modules/'.length);
  return [{ name, version, architecture: '', source: name, sourceVersion: version }];
}

function unread(path: string, reason: string): PackageDatabase {
  const message = `the lock file ${path} could not be read: ${reason}`;
  return { packages: [], problems: [{ code: 'lock-file-unread', message, fatal: false }] };
}
