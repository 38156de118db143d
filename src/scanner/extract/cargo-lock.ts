/**
 * Cargo's `Cargo.lock`, versions 1 to 4: tables `[[package]]` with name, version and source. A
 * crate of the workspace and one that lies in a folder beside it look the same, so both are listed.
 */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

interface Crate {
  name?: string;
  version?: string;
}

const TABLE = /^\[+\s*([\w".-]+)\s*\]+$/;
const FIELD = /^(name|version)\s*=\s*(["'])([^"'\\]{0,1024})\2\s*(?:#.*)?$/;

/** Reads it line by line, as cargo writes it; `[metadata]` and lists are passed over. */
export function readCargoLock(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  const list = newPackageList(path, 'declared');
  let crate: Crate | undefined;
  let tables = 0;
  for (const { text: raw } of textLines(text)) {
    const line = raw.slice(0, 4096).trim();
    const table = TABLE.exec(line)?.[1];
    if (table !== undefined) {
      addCrate(list, crate);
      tables += 1;
      crate = table === 'package' && line.startsWith('[[') ? {} : undefined;
    } else if (crate !== undefined) takeField(crate, line);
  }
  addCrate(list, crate);
  const isNone = tables === 0 && /^[ \t]*[^\s#]/m.test(text.replace(/^version\s*=.*$/m, ''));
  return isNone ? unreadPackages(path, 'declared', 'it has no tables of TOML') : list.database();
}

function takeField(crate: Crate, line: string): void {
  const [, key, , value] = FIELD.exec(line) ?? [];
  if (key === 'name' || key === 'version') crate[key] = value ?? '';
}

function addCrate(list: PackageList, crate: Crate | undefined): void {
  if (crate !== undefined) list.add(crate.name, crate.version);
}
