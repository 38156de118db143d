/** Gradle's version catalog, `gradle/libs.versions.toml`. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { objectField, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { readToml } from './toml-file.ts';

/** Reads `libraries`; their versions stand there, or in `versions` by a name. */
export function readVersionCatalog(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readToml(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const list = newPackageList(path, 'declared');
  const versions = objectField(read.value, 'versions') ?? {};
  for (const library of Object.values(objectField(read.value, 'libraries') ?? {})) {
    addLibrary(list, library ?? null, versions);
  }
  return list.database();
}

function addLibrary(list: PackageList, library: Json, versions: JsonObject): void {
  if (typeof library === 'string') {
    const [group = '', artifact = '', version] = library.split(':', 3);
    return addExact(list, `${group}:${artifact}`, version);
  }
  if (!isJsonObject(library)) return list.note('has a library that is no table');
  const module = textField(library, 'module');
  const name = module ?? `${textField(library, 'group') ?? ''}:${textField(library, 'name') ?? ''}`;
  const written = library['version'];
  const reference = isJsonObject(written) ? textField(written, 'ref') : undefined;
  const found = reference === undefined ? written : ownValue(versions, reference);
  addExact(list, name, exactOf(found));
}

function ownValue(table: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** A version, or of a rich one what it holds fast. */
function exactOf(version: Json | undefined): string | undefined {
  if (typeof version === 'string') return version;
  if (!isJsonObject(version)) return undefined;
  return ['strictly', 'require', 'prefer']
    .map((key) => textField(version, key))
    .find((text) => text !== undefined);
}

function addExact(list: PackageList, name: string, version: string | undefined): void {
  if (version === undefined || /[[\](),+]|^latest\./.test(version.replace(/\+(?=\w)/, ''))) {
    list.remark(`names ${JSON.stringify(name.slice(0, 200))} without an exact version`);
  } else list.add(name, version);
}
