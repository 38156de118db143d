/** An installed npm package: the `package.json` that lies in its folder in `node_modules`. */
import { baseName, parentPath } from '../../image/entry-path.ts';
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

/**
 * A package that was unpacked outside of any `node_modules`, such as `/opt/yarn-v1.22.19`: only
 * where its folder is called by its name and version, for else it is somebody's own project.
 */
export function readUnpackedNpm(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  const name = 'value' in read ? textField(read.value, 'name') : undefined;
  const version = 'value' in read ? textField(read.value, 'version') : undefined;
  const folder = baseName(parentPath(path));
  const fits = ['-', '-v'].some((between) => folder === `${name}${between}${version}`);
  return fits ? installedPackage(path, { name, version }) : { packages: [], problems: [] };
}
