/**
 * What `cargo auditable` writes into executables (its PARSING.md): JSON, compressed by zlib. Only
 * what runs is there; dependencies of the build alone say so and are left out.
 */
import { inflateSync, constants } from 'node:zlib';
import { isJsonObject } from '../../domain/json.ts';
import { readJsonObject, textField } from './json-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';

/** The row that Rust executables are of, by its name. */
export const RUST_EXECUTABLE = 'rust-executable';

const JSON_BYTES = 16 * 1024 * 1024;
const PREFIX_BYTES = 64;

/** Tells whether zlib data that begins so may be of such JSON. */
export function startsAuditData(start: Uint8Array): boolean {
  try {
    const settings = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * 1024 };
    const text = inflateSync(start, settings).subarray(0, PREFIX_BYTES).toString('latin1');
    return /^\{"(?:packages":\[|format":)/.test(text);
  } catch {
    return false;
  }
}

/** The packages, the program's own too; undefined where the bytes are not the whole data. */
export function auditPackages(bytes: Uint8Array, path: string): PackageDatabase | undefined {
  const text = inflateWhole(bytes);
  if (text === undefined) return undefined;
  const read = readJsonObject(text);
  const items = 'value' in read ? read.value['packages'] : undefined;
  if (!Array.isArray(items)) return undefined;
  const list = newPackageList(path, 'installed');
  for (const item of items) {
    if (!isJsonObject(item)) list.note('has an entry that is no object');
    else if (textField(item, 'kind') !== 'build') {
      list.add(textField(item, 'name'), textField(item, 'version'));
    }
  }
  return { ...list.database(), language: RUST_EXECUTABLE };
}

function inflateWhole(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: JSON_BYTES });
  } catch {
    return undefined;
  }
}
