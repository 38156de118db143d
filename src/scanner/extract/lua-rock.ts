/** LuaRocks' rockspec: a program of Lua that sets variables. It is not run; literals are read. */
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

const ASSIGNMENT = /^\s{0,64}(package|version)\s{0,64}=\s{0,64}(.{1,300})/;
const LITERAL = /^(?:"([^"\\]{1,256})"|'([^'\\]{1,256})'|\[\[([^\]]{1,256})\]\])\s*(?:$|--|;)/;

/** The rockspec that LuaRocks keeps of a rock that it installed. */
export function readInstalledRock(bytes: Uint8Array, path: string): PackageDatabase {
  return installedPackage(path, readAssignments(bytes));
}

/** A rockspec elsewhere: of a project that would be built by it. */
export function readRockspec(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  const { name, version } = readAssignments(bytes);
  if (name === undefined || version === undefined) {
    list.remark('sets no package and version that can be read without running it');
  } else list.add(name, version);
  return list.database();
}

/** The first literal that is assigned to each. */
function readAssignments(bytes: Uint8Array): {
  readonly name: string | undefined;
  readonly version: string | undefined;
} {
  const found = new Map<string, string>();
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const [, key = '', written = ''] = ASSIGNMENT.exec(text) ?? [];
    const [, double, single, long] = LITERAL.exec(written) ?? [];
    const value = double ?? single ?? long;
    if (value !== undefined && !found.has(key)) found.set(key, value);
  }
  return { name: found.get('package'), version: found.get('version') };
}
