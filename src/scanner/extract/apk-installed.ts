/** Alpine's database of installed packages, which is Alpine's "installed database" v2 text form. */
import { readDatabase, type PackageDatabase, type ReadBlock } from './package-database.ts';
import { isOwnable } from './owned-files.ts';
import type { TextLine } from './text-lines.ts';

/**
 * Reads `lib/apk/db/installed`: blocks of `LETTER:value`, with P name, V version, A architecture
 * and o origin (the source package, which shares the version), F a folder and R a file in it. Other
 * letters are passed over.
 */
export function readApkInstalled(bytes: Uint8Array, path: string): PackageDatabase {
  return readDatabase(bytes, path, readPackage);
}

const NAME = /^[A-Za-z0-9._][A-Za-z0-9._+-]*$/;
const VERSION = /^[A-Za-z0-9._~+-]+$/;
const WANTED = 'PVAo';

function readPackage(lines: readonly TextLine[]): ReadBlock {
  const fields = new Map<string, string>();
  for (const { number, text } of lines) {
    const key = text[0] ?? '';
    if (text[1] !== ':') return wrong(number, `has no "X:value" (${quote(text)})`);
    if (!WANTED.includes(key)) continue;
    if (fields.has(key)) return wrong(number, `has the field ${key} a second time`);
    fields.set(key, text.slice(2));
  }
  return withFiles(fromFields(fields, lines[0]?.number ?? 1), lines);
}

function withFiles(block: ReadBlock, lines: readonly TextLine[]): ReadBlock {
  if ('error' in block || block.package === undefined) return block;
  const files = ownedFiles(lines);
  return files.length === 0 ? block : { package: { ...block.package, files } };
}

function ownedFiles(lines: readonly TextLine[]): readonly string[] {
  const files: string[] = [];
  let folder = '';
  for (const { text } of lines) {
    if (text.startsWith('F:')) folder = text.slice(2);
    if (!text.startsWith('R:')) continue;
    const path = folder === '' ? text.slice(2) : `${folder}/${text.slice(2)}`;
    if (isOwnable(path)) files.push(path);
  }
  return files;
}

function fromFields(fields: ReadonlyMap<string, string>, line: number): ReadBlock {
  const name = fields.get('P') ?? '';
  const version = fields.get('V') ?? '';
  if (!NAME.test(name)) return wrong(line, `has no valid package name P (${quote(name)})`);
  if (!VERSION.test(version)) {
    return wrong(line, `has no valid version V (${quote(version)}) for package ${name}`);
  }
  const origin = fields.get('o') ?? '';
  const architecture = fields.get('A') ?? '';
  const source = NAME.test(origin) ? origin : name;
  return { package: { name, version, architecture, source, sourceVersion: version } };
}

function wrong(line: number, reason: string): ReadBlock {
  return { error: { line, reason } };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
