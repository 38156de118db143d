/** Conan 1's `conaninfo.txt`, which it keeps of each package that it installed or built. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** What a package was built with, in full: `name/version:package` or with user and channel. */
const REFERENCE = /^([a-z0-9_][\w.+-]{1,100})\/([\w.+-]{1,100})(?:[@#:].{0,512})?$/;

/** Reads the sections `full_requires`; and of the cache's path, the package itself. */
export function readConanInfo(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  const [, name, version] =
    /(?:^|\/)data\/([^/]+)\/([^/]+)\/[^/]+\/[^/]+\/package\//.exec(path) ?? [];
  if (name !== undefined) list.add(name, version);
  let section = '';
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const line = text.trim();
    section = /^\[([a-z_]{1,32})\]$/.exec(line)?.[1] ?? section;
    const [, required, of] = section === 'full_requires' ? (REFERENCE.exec(line) ?? []) : [];
    if (required !== undefined) list.add(required, of);
  }
  return list.database();
}
