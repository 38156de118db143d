/** Cabal's `plan.json`: what the solver chose for a build, GHC's own libraries with it. */
import { objectList, objectField, readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';

/** Reads the install plan. What is built of a folder of the project is the project itself. */
export function readCabalPlan(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  if (!Array.isArray(read.value['install-plan'])) {
    return unreadPackages(path, 'declared', 'it has no list "install-plan"');
  }
  const list = newPackageList(path, 'declared');
  for (const item of objectList(read.value, 'install-plan')) {
    const source = objectField(item, 'pkg-src');
    const isOwn = item['style'] === 'local' || source?.['type'] === 'local';
    if (!isOwn) list.add(textField(item, 'pkg-name'), textField(item, 'pkg-version'));
  }
  return list.database();
}
