/** What conda keeps of each package that it installed: `conda-meta/NAME-VERSION-BUILD.json`. */
import { readJsonObject, textField } from './json-file.ts';
import { installedPackage, unreadInstalled } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads name and version. */
export function readCondaMeta(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadInstalled(path, read.reason);
  return installedPackage(path, {
    name: textField(read.value, 'name'),
    version: textField(read.value, 'version'),
  });
}
