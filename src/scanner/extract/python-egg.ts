/** A zipped egg, as setuptools installed packages before wheels: its metadata lie within. */
import type { PackageDatabase } from './package-database.ts';
import { unreadPackages } from './package-list.ts';
import { readPythonMetadata } from './python-metadata.ts';
import { readZipDirectory } from './zip-directory.ts';

const METADATA = 'EGG-INFO/PKG-INFO';
const METADATA_BYTES = 4 * 1024 * 1024;

/** Reads `EGG-INFO/PKG-INFO`; a file that is no zip is no egg, whatever its name is. */
export function readPythonEgg(bytes: Uint8Array, path: string): PackageDatabase {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (zip.toString('latin1', 0, 2) !== 'PK') return { packages: [], problems: [] };
  const directory = readZipDirectory(zip);
  if ('reason' in directory) return unreadPackages(path, 'installed', directory.reason);
  const item = directory.items.find(({ name }) => name === METADATA);
  if (item === undefined || item.size > METADATA_BYTES) {
    const found = item === undefined ? 'no' : 'an oversized';
    return unreadPackages(path, 'installed', `it has ${found} ${METADATA}`);
  }
  const content = item.read();
  if ('reason' in content) return unreadPackages(path, 'installed', content.reason);
  return readPythonMetadata(content.bytes, path);
}
