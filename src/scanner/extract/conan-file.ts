/** Conan's `conanfile.txt`: what a project asks for, of which exact versions count. */
import { declaredPackages, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { decodeLossy, textLines } from './text-lines.ts';

const SECTIONS: ReadonlySet<string> = new Set(['requires', 'build_requires', 'tool_requires']);

/** Reads the references `name/version@user/channel#revision` of the sections that ask for some. */
export function readConanFile(bytes: Uint8Array, path: string): PackageDatabase {
  return declaredPackages(path, entriesOf(decodeLossy(bytes).text));
}

function* entriesOf(text: string): Generator<LockEntry> {
  let section = '';
  for (const { text: line } of textLines(text)) {
    const plain = line.split('#', 1)[0]?.trim() ?? '';
    const opened = /^\[([a-z_]{1,32})\]$/.exec(plain)?.[1];
    if (opened !== undefined) section = opened;
    else if (plain !== '' && SECTIONS.has(section)) yield entryOf(plain);
  }
}

function entryOf(reference: string): LockEntry {
  const [name = '', version = ''] = reference.split('@', 1)[0]?.split('/') ?? [];
  return version === '' || version.startsWith('[') ? { unclear: name } : { name, version };
}
