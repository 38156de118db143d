/** An installed npm package: the `package.json` that lies in its folder in `node_modules`. */
import { readJsonObject, textField } from './json-file.ts';
import { installedPackage, unreadInstalled } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads name and version; a file without either describes a part of a package, not one. */
export function readNpmPackage(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadInstalled(path, read.reason);
  const name = textField(read.value, 'name');
  const version = textField(read.value, 'version');
  if (name === undefined || version === undefined) return { packages: [], problems: [] };
  return installedPackage(path, { name: name.trim(), version: version.trim() });
}
