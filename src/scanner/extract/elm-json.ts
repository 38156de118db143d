/** Elm's `elm.json`: of an application it names all packages by exact versions. */
import { objectField, readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';

/** Reads the direct and indirect dependencies, those of tests too; a library's are ranges. */
export function readElmJson(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const list = newPackageList(path, 'declared');
  if (read.value['type'] !== 'application') {
    list.remark('is of no application, so that it names no exact versions');
    return list.database();
  }
  for (const kind of ['dependencies', 'test-dependencies']) {
    for (const depth of ['direct', 'indirect']) {
      const found = objectField(objectField(read.value, kind) ?? {}, depth) ?? {};
      for (const name of Object.keys(found)) list.add(name, textField(found, name));
    }
  }
  return list.database();
}
