/** vcpkg's C and C++ libraries: its database of what is installed, and a manifest's pins. */
import { objectList, readJsonObject, textField } from './json-file.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';
import { decodeLossy, textBlocks, type TextLine } from './text-lines.ts';

/**
 * Reads `vcpkg_installed/vcpkg/status`: paragraphs like dpkg's; those of features have no version
 * of their own. The newest paragraph of a package stands, for the file is only appended to.
 */
export function readVcpkgStatus(bytes: Uint8Array, path: string): PackageDatabase {
  const found = new Map<string, DatabasePackage>();
  const list = newPackageList(path, 'installed');
  for (const lines of textBlocks(decodeLossy(bytes).text)) {
    const fields = fieldsOf(lines);
    const name = fields.get('package');
    if (fields.has('feature')) continue;
    const key = `${name} ${fields.get('architecture')}`;
    if (!(fields.get('status') ?? '').endsWith(' installed')) found.delete(key);
    else if (name === undefined || !fields.has('version'))
      list.note('has a package without version');
    else found.set(key, packageOf(name, fields));
  }
  const { problems } = list.database();
  return { packages: [...found.values()], problems };
}

/** vcpkg's own changes to a version are counted behind a `#`. */
function packageOf(name: string, fields: ReadonlyMap<string, string>): DatabasePackage {
  const port = fields.get('port-version') ?? '0';
  const version = `${fields.get('version') ?? ''}${port === '0' ? '' : `#${port}`}`.slice(0, 256);
  const architecture = (fields.get('architecture') ?? '').slice(0, 64);
  return { name: name.slice(0, 256), version, architecture, source: name, sourceVersion: version };
}

function fieldsOf(lines: readonly TextLine[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const { text } of lines) {
    const [, key = '', value = ''] = /^([\w-]{1,64}):\s{0,64}(.*)$/.exec(text) ?? [];
    if (key !== '') fields.set(key.toLowerCase(), value.trim());
  }
  return fields;
}

/** `vcpkg.json`: versions that `overrides` hold fast; a dependency names the least one, if any. */
export function readVcpkgManifest(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const list = newPackageList(path, 'declared');
  for (const item of objectList(read.value, 'overrides')) {
    list.add(textField(item, 'name'), versionOf(item));
  }
  return list.database();
}

const VERSIONS = ['version', 'version-semver', 'version-date', 'version-string'];

function versionOf(item: Parameters<typeof textField>[0]): string | undefined {
  return VERSIONS.map((key) => textField(item, key)).find((version) => version !== undefined);
}
