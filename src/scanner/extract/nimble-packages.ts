/** Nim's packages: `nimble.lock`, and the folders that Nimble installs into. */
import { isJsonObject } from '../../domain/json.ts';
import { baseName, parentPath } from '../../image/entry-path.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';

/** Reads `nimble.lock`; a package from a branch has `#…` for a version, which is none. */
export function readNimbleLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const packages = objectField(read.value, 'packages');
  if (packages === undefined) return unreadPackages(path, 'declared', 'it has no "packages"');
  const list = newPackageList(path, 'declared');
  for (const [name, item] of Object.entries(packages)) {
    const version = isJsonObject(item) ? textField(item, 'version') : undefined;
    if (version === undefined || version.startsWith('#')) {
      list.remark(`has ${JSON.stringify(name.slice(0, 200))} without an exact version`);
    } else list.add(name, version);
  }
  return list.database();
}

/** A folder of Nimble: `NAME-VERSION`, since version 0.14 with the checksum of its files behind. */
const FOLDER = /^([A-Za-z]\w{0,255})-(#?[\w.+-]{1,256}?)(?:-[0-9a-f]{40})?$/;

/** The `.nimble` file of an installed package: its folder names it. */
export function readInstalledNimble(_bytes: Uint8Array, path: string): PackageDatabase {
  const [, name, version] = FOLDER.exec(baseName(parentPath(path))) ?? [];
  return installedPackage(path, { name, version });
}
