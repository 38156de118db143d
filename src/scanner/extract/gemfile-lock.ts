/** Bundler's lock file, `Gemfile.lock` or `gems.locked`. */
import {
  conflictAt,
  declaredPackages,
  isConflict,
  unreadLockFile,
  type LockEntry,
} from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** The sections that have gems: of servers, of git, of folders, and of plugins. */
const SOURCES: ReadonlySet<string> = new Set(['GEM', 'GIT', 'PATH', 'PLUGIN SOURCE']);
const SECTIONS: ReadonlySet<string> = new Set([
  ...SOURCES,
  'PLATFORMS',
  'DEPENDENCIES',
  'CHECKSUMS',
  'RUBY VERSION',
  'BUNDLED WITH',
]);

/**
 * Reads the gems of `specs:`, `    NAME (VERSION-PLATFORM)`; lines deeper in are what they need. A
 * gem that is locked for several platforms is one package.
 */
export function readGemfileLock(bytes: Uint8Array, path: string): PackageDatabase {
  const entries: LockEntry[] = [];
  let section = '';
  let known = false;
  for (const { number, text: line } of textLines(decodeLossy(bytes).text)) {
    if (isConflict(line)) return unreadLockFile(path, conflictAt(number));
    if (/^\S/.test(line)) {
      section = line.trimEnd();
      known ||= SECTIONS.has(section);
    } else if (SOURCES.has(section)) entries.push(...gemOf(line));
  }
  if (!known) return unreadLockFile(path, 'it has none of the sections of Bundler');
  return declaredPackages(path, entries);
}

function gemOf(line: string): LockEntry[] {
  const [, name = '', version] = /^ {4}([^\s(]+)(?: \(([^()\s]+)\))?\s*$/.exec(line) ?? [];
  if (name === '') return [];
  if (version === undefined) return [{ unclear: name }];
  return [{ name, version: version.split('-', 1)[0] ?? '' }];
}
