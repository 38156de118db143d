/** What .NET and NuGet write: what a published program is made of, and what a restore resolved. */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { readXml } from './xml-tree.ts';

/**
 * `NAME.deps.json` beside a program: libraries of packages, and of the runtime where the program
 * brings it along. Projects are its own code.
 */
export function readDepsJson(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'installed', read.reason);
  const list = newPackageList(path, 'installed');
  const libraries = objectField(read.value, 'libraries');
  if (libraries === undefined) list.note('has no object "libraries"');
  else addLibraries(list, libraries);
  return list.database();
}

/** `project.assets.json`: what a restore resolved for all targets. */
export function readProjectAssets(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  const libraries = 'value' in read ? objectField(read.value, 'libraries') : undefined;
  if (libraries === undefined) {
    const reason = 'reason' in read ? read.reason : 'it has no object "libraries"';
    return unreadPackages(path, 'declared', reason);
  }
  const list = newPackageList(path, 'declared');
  addLibraries(list, libraries);
  return list.database();
}

const RUNTIME = 'runtimepack.';

function addLibraries(list: PackageList, libraries: JsonObject): void {
  for (const [key, value] of Object.entries(libraries)) {
    const kind = isJsonObject(value) ? textField(value, 'type')?.toLowerCase() : undefined;
    if (kind !== 'package' && kind !== 'runtimepack') continue;
    const slash = key.indexOf('/');
    const name = slash === -1 ? key : key.slice(0, slash);
    const version = slash === -1 ? undefined : key.slice(slash + 1);
    list.add(name.startsWith(RUNTIME) ? name.slice(RUNTIME.length) : name, version);
  }
}

/** `packages.lock.json`, versions 1 and 2: resolved packages by target framework. */
export function readNugetLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  const frameworks = 'value' in read ? objectField(read.value, 'dependencies') : undefined;
  if (frameworks === undefined) {
    const reason = 'reason' in read ? read.reason : 'it has no object "dependencies"';
    return unreadPackages(path, 'declared', reason);
  }
  const list = newPackageList(path, 'declared');
  for (const packages of Object.values(frameworks)) {
    if (!isJsonObject(packages)) continue;
    for (const [name, item] of Object.entries(packages)) addResolved(list, name, item);
  }
  return list.database();
}

function addResolved(list: PackageList, name: string, item: unknown): void {
  if (!isJsonObject(item)) return list.note(`has ${JSON.stringify(name)}, which is no object`);
  const read = item as JsonObject;
  if (textField(read, 'type')?.toLowerCase() !== 'project')
    list.add(name, textField(read, 'resolved'));
}

/** `packages.config`, NuGet's list before project files had one. */
export function readPackagesConfig(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadPackages(path, 'declared', root.reason);
  const list = newPackageList(path, 'declared');
  for (const { name, attributes } of root.children) {
    if (name === 'package') list.add(attributes.get('id'), attributes.get('version'));
  }
  return list.database();
}

/** `Directory.Packages.props`, NuGet's central versions; ranges and properties are no versions. */
export function readPackagesProps(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadPackages(path, 'declared', root.reason);
  const list = newPackageList(path, 'declared');
  const items = root.children.flatMap(({ name, children }) =>
    name === 'ItemGroup' ? children : [],
  );
  for (const { name, attributes } of items) {
    if (!/^(?:Global)?Package(?:Version|Reference)$/.test(name)) continue;
    const [id, version] = [attributes.get('Include'), attributes.get('Version')];
    if (id === undefined) continue;
    if (version !== undefined && /^\d[\w.+-]*$/.test(version)) list.add(id, version);
    else list.remark(`names ${JSON.stringify(id.slice(0, 200))} without an exact version`);
  }
  return list.database();
}
