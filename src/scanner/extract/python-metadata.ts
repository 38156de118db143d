/** What an installed Python package says of itself: core metadata, in dist-info and egg-info. */
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { textLines } from './text-lines.ts';

/** Reads the header ("Core metadata specifications", like mail): the first Name and Version. */
export function readPythonMetadata(bytes: Uint8Array, path: string): PackageDatabase {
  const text = new TextDecoder().decode(bytes);
  const found = new Map<string, string>();
  for (const { text: line } of textLines(text)) {
    if (line.trim() === '') break;
    const [, key = '', value = ''] = /^(name|version)[ \t]*:[ \t]*(.*)$/i.exec(line) ?? [];
    const field = key.toLowerCase();
    if (field !== '' && !found.has(field)) found.set(field, value.trim());
  }
  return installedPackage(path, { name: found.get('name'), version: found.get('version') });
}
