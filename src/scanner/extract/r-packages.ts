/** R packages: installed ones describe themselves, `renv.lock` says which a project wants. */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/**
 * `DESCRIPTION` in a library: its field `Built` is written by the installation. What belongs to R
 * itself (`Priority: base`) is no package of CRAN.
 */
export function readRDescription(bytes: Uint8Array, path: string): PackageDatabase {
  const fields = readFields(bytes);
  const list = newPackageList(path, 'installed');
  if (!fields.has('package')) list.note('has no field Package');
  else if (fields.has('built') && fields.get('priority') !== 'base') {
    list.add(fields.get('package'), fields.get('version'));
  }
  return list.database();
}

/** Fields of Debian's form; only first lines, which names and versions have. */
function readFields(bytes: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const [, key, value] = /^([A-Za-z][\w/-]{0,63}):\s{0,64}(\S.{0,1023})?$/.exec(text) ?? [];
    if (key !== undefined) fields.set(key.toLowerCase(), value?.trim() ?? '');
  }
  return fields;
}

/** Packages of CRAN and its mirrors; those of other places are told. */
export function readRenvLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  const packages = 'value' in read ? objectField(read.value, 'Packages') : undefined;
  if (packages === undefined) {
    const reason = 'reason' in read ? read.reason : 'it has no object "Packages"';
    return unreadPackages(path, 'declared', reason);
  }
  const list = newPackageList(path, 'declared');
  for (const item of Object.values(packages)) {
    if (isJsonObject(item)) addPackage(list, item);
    else list.note('has a package that is no object');
  }
  return list.database();
}

function addPackage(list: PackageList, item: JsonObject): void {
  const name = textField(item, 'Package');
  const source = textField(item, 'Source') ?? 'Repository';
  const repository = textField(item, 'Repository') ?? '';
  if (source === 'Repository' && !/^bioc/i.test(repository)) {
    return list.add(name, textField(item, 'Version'));
  }
  list.remark(`has ${JSON.stringify(name ?? '')} of ${source.slice(0, 100)}, not of CRAN`);
}
