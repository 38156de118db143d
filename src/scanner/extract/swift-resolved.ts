/** Swift's `Package.resolved`, versions 1 to 3. OSV names a package by its address. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { objectField, readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';

/** Reads the pins; one to a branch or revision has no version, which is told. */
export function readSwiftResolved(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'declared', read.reason);
  const pins = (objectField(read.value, 'object') ?? read.value)['pins'];
  if (!Array.isArray(pins)) return unreadPackages(path, 'declared', 'it has no list "pins"');
  const list = newPackageList(path, 'declared');
  for (const pin of pins as readonly Json[]) {
    if (isJsonObject(pin)) addPin(list, pin);
    else list.note('has a pin that is no object');
  }
  return list.database();
}

function addPin(list: PackageList, pin: JsonObject): void {
  const address = textField(pin, 'location') ?? textField(pin, 'repositoryURL');
  const name = address === undefined ? textField(pin, 'identity') : addressName(address);
  const state = objectField(pin, 'state');
  const version = state && textField(state, 'version');
  if (name !== undefined && version === undefined) {
    return list.remark(`pins ${JSON.stringify(name.slice(0, 200))} to no version`);
  }
  list.add(name, version);
}

/** `https://github.com/apple/swift-nio.git`, or by ssh, is `github.com/apple/swift-nio`. */
export function addressName(address: string): string {
  const plain = address
    .replace(/^[a-z][a-z+]{0,16}:\/\//i, '')
    .replace(/^[\w.-]{1,64}@/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  return plain.replace(/^([\w.-]{1,255}):(?!\d+\/)/, '$1/');
}
