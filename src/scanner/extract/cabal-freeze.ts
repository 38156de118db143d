/** Haskell's `cabal.project.freeze`: one field of constraints, of which `==` ones are versions. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

const PINNED = /^(?:any\.)?([A-Za-z0-9][\w-]{0,255})\s{0,64}==\s{0,64}([\d.]{1,256})$/;

/** Reads the pinned packages; flags are passed over. */
export function readCabalFreeze(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  if (/\S/.test(text) && !/^\s{0,64}[\w-]{1,64}\s{0,64}:/m.test(text)) {
    return unreadPackages(path, 'declared', 'it has no field of cabal');
  }
  const list = newPackageList(path, 'declared');
  for (const { text: raw } of textLines(text)) {
    const line = raw.trim().replace(/^[\w-]{1,64}\s{0,64}:/, '');
    if (line.startsWith('--')) continue;
    for (const part of line.split(',')) {
      const [, name, version] = PINNED.exec(part.trim()) ?? [];
      if (name !== undefined) list.add(name, version);
    }
  }
  return list.database();
}
