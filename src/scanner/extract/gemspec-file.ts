/** The specifications that RubyGems writes of each gem that it installed. */
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { textLines } from './text-lines.ts';

/**
 * Reads the stub line `# stub: NAME VERSION PLATFORM …`, else the first assignments of name and
 * version. It is Ruby, which is not run: what is no literal is not read.
 */
export function readGemspecFile(bytes: Uint8Array, path: string): PackageDatabase {
  const found = new Map<string, string>();
  for (const { text: line } of textLines(new TextDecoder().decode(bytes))) {
    const [, name, version] = /^# stub: (\S+) (\d\S*) /.exec(line) ?? [];
    if (name !== undefined && version !== undefined)
      return installedPackage(path, { name, version });
    const { field, value } = assignmentOf(line);
    if (field !== '' && !found.has(field)) found.set(field, value);
  }
  return installedPackage(path, { name: found.get('name'), version: found.get('version') });
}

const FIELD = /^\s*\w+\.(name|version)\s*=\s*(?:Gem::Version\.new\s*\(?\s*)?/;
const LITERAL = /^(?:"([^"\\#]*)"|'([^'\\]*)'|%q[({[]([^)}\]\\]*)[)}\]])/;

function assignmentOf(line: string): { readonly field: string; readonly value: string } {
  const [start = '', field = ''] = FIELD.exec(line) ?? [];
  const [, double, single, percent] = LITERAL.exec(line.slice(start.length)) ?? [];
  return { field, value: (double ?? single ?? percent ?? '').trim() };
}
