/** Conan's `conan.lock`: a graph of nodes in Conan 1, lists of references in Conan 2. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';

const LISTS: readonly string[] = [
  'requires',
  'build_requires',
  'python_requires',
  'config_requires',
];

/** Reads all versions. A node with a path is the consumer's own recipe. */
export function readConanLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const list = newPackageList(path, 'declared');
  const graph = objectField(read.value, 'graph_lock');
  const nodes = graph === undefined ? undefined : objectField(graph, 'nodes');
  if (nodes !== undefined) addNodes(list, nodes);
  else if (!addLists(list, read.value)) {
    return unreadPackages(path, 'declared', 'it has neither a graph nor a list "requires"');
  }
  return list.database();
}

function addNodes(list: PackageList, nodes: JsonObject): void {
  for (const node of Object.values(nodes)) {
    if (!isJsonObject(node) || textField(node, 'path') !== undefined) continue;
    // Before Conan 1.20 the reference was part of `pref`.
    const reference = textField(node, 'ref') ?? textField(node, 'pref');
    if (reference !== undefined) addReference(list, reference);
  }
}

function addLists(list: PackageList, file: JsonObject): boolean {
  const known = LISTS.filter((key) => Array.isArray(file[key]));
  for (const key of known) {
    for (const item of file[key] as readonly Json[]) {
      if (typeof item === 'string') addReference(list, item);
      else list.note(`has an entry in "${key}" that is no text`);
    }
  }
  return known.length > 0;
}

/** `name/version@user/channel#revision:package%time`; a consumer's may have no version. */
function addReference(list: PackageList, reference: string): void {
  const plain = /^[^@#:%]*/.exec(reference)?.[0] ?? '';
  const [name, version] = plain.split('/');
  // A consumer that has no name is written as the file that it is.
  if (name === '' || name === 'conanfile.txt' || name?.startsWith('conanfile.py')) return;
  if (version?.startsWith('[')) {
    return list.remark(`asks for ${JSON.stringify(plain.slice(0, 200))}, which is a range`);
  }
  list.add(name, version);
}
