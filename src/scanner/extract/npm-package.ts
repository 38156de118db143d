/** An installed npm package: the `package.json` that lies in its folder in `node_modules`. */
import { readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** Reads name and version; a file without a name describes a part of a package, not one. */
export function readNpmPackage(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) {
    const message = `the package file ${path} could not be read: ${read.reason}`;
    return { packages: [], problems: [{ code: 'package-malformed', message, fatal: true }] };
  }
  const name = textField(read.value, 'name');
  const version = textField(read.value, 'version');
  if (name === undefined || version === undefined) return { packages: [], problems: [] };
  const item = { name, version, architecture: '', source: name, sourceVersion: version };
  return { packages: [item], problems: [] };
}
