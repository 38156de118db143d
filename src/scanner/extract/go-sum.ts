/**
 * Go's `go.sum`: hashes of modules. A line whose version ends in `/go.mod` only says that the
 * module was looked at; one without it that its code was needed, so those are the packages.
 */
import { withoutV } from './go-mod.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** Reads the modules whose code was hashed. */
export function readGoSum(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  for (const { number, text } of textLines(decodeLossy(bytes).text)) {
    const [name, version, hash, ...more] = text.slice(0, 4096).trim().split(/\s+/);
    if (name === '') continue;
    if (version === undefined || !hash?.includes(':') || more.length > 0) {
      list.note(`has no "module version hash" at line ${number}`);
    } else if (!version.endsWith('/go.mod')) list.add(name, withoutV(version));
  }
  return list.database();
}
