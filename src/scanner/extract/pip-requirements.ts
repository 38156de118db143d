/**
 * pip's requirements files ("Requirements File Format" of pip's documentation). They say what is
 * wanted; only `==` and `===` of one version say which package that is.
 */
import { declaredPackages, lockEntry, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import type { ScanProblem } from '../../domain/software-package.ts';
import { textLines } from './text-lines.ts';

/**
 * Reads pins, also those of constraints. Others are counted as without an exact version; a file
 * that is included is told, for it is read by its own name only.
 */
export function readPipRequirements(bytes: Uint8Array, path: string): PackageDatabase {
  const text = decode(bytes);
  if (text.includes('\0')) return unreadLockFile(path, 'it has zero bytes, so it is no text file');
  const entries: LockEntry[] = [];
  let included = 0;
  for (const line of logicalLines(text)) {
    if (INCLUDE.test(line)) included += 1;
    else entries.push(...readRequirement(line));
  }
  const database = declaredPackages(path, entries);
  const problems = included === 0 ? [] : [includeProblem(path, included)];
  return { ...database, problems: [...database.problems, ...problems] };
}

const INCLUDE = /^(?:-r|-c|--requirement|--constraint)(?:[\s=]|(?!-)\S)/;
const EDITABLE = /^(?:-e|--editable)[\s=]/;

/** Lines without comments and blanks, joined where one ends with a backslash. */
function* logicalLines(text: string): Generator<string> {
  let parts: string[] = [];
  for (const { text: line } of textLines(text)) {
    const isComment = /^\s*#/.test(line);
    if (line.endsWith('\\') && !isComment) {
      parts.push(line.slice(0, -1));
      continue;
    }
    parts.push(line);
    yield* withoutComment(parts.join(''));
    parts = [];
  }
  yield* withoutComment(parts.join(''));
}

/** A comment begins at a `#` that begins the line or is behind a blank. */
function* withoutComment(line: string): Generator<string> {
  const at = line.search(/(?:^|\s)#/);
  const clean = (at === -1 ? line : line.slice(0, at)).trim();
  if (clean !== '') yield clean;
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*)/;

/** What one line asks for, once comments are gone; an option asks for nothing. */
export function readRequirement(line: string): LockEntry[] {
  if (EDITABLE.test(line)) return [{ unclear: eggOf(line) ?? 'an editable one' }];
  if (line.startsWith('-')) return [];
  const name = NAME.exec(line)?.[0];
  if (name === undefined || isAddress(line)) return [wheelOf(line) ?? { unclear: labelOf(line) }];
  return [readNamed(name, withoutExtras(line.slice(name.length).trim()))];
}

/** A name and what is behind it and its extras: `@ ADDRESS` or version specifiers. */
function readNamed(name: string, rest: string): LockEntry {
  if (rest.startsWith('@')) return wheelOf(rest.slice(1).trim()) ?? { unclear: name };
  return lockEntry(name, exactVersion(rest));
}

/** A line that is an address or a path instead of a name. */
function isAddress(line: string): boolean {
  const first = line.split(/[\s;]/, 1)[0] ?? '';
  if (/^[A-Za-z0-9+.-]+:/.test(first)) return true;
  return /^[^[=<>~!@]*[/\\]/.test(first) || /\.(?:whl|zip|tar\.gz)$/.test(first);
}

/** The file name of a wheel has its name and version (the "File name convention" of wheels). */
function wheelOf(line: string): LockEntry | undefined {
  const address = line.split(/[\s;#?]/, 1)[0] ?? '';
  const file = address.slice(address.lastIndexOf('/') + 1);
  const [, name, version] = /^([A-Za-z0-9._]+)-([0-9][^-]*)-[^/]*\.whl$/.exec(file) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

function labelOf(line: string): string {
  return eggOf(line) ?? 'an address';
}

function eggOf(line: string): string | undefined {
  return /[#&]egg=([A-Za-z0-9._-]+)/.exec(line)?.[1];
}

/** What is behind `[extra, …]`; nothing where the bracket does not close. */
function withoutExtras(text: string): string {
  if (!text.startsWith('[')) return text;
  const end = text.indexOf(']');
  return end === -1 ? '' : text.slice(end + 1).trim();
}

/** The version of `== 1.0`, alone or among others: `>=1.0,==1.4.2`; none of `==1.*`. */
function exactVersion(text: string): string | undefined {
  const [specifiers = ''] = text.split(/;|\s--?[A-Za-z]/, 1);
  for (const specifier of specifiers.replace(/^\((.*)\)\s*$/, '$1').split(',')) {
    const version = /^\s*===?\s*([^\s=*,<>~#]+)\s*$/.exec(specifier)?.[1];
    if (version !== undefined) return version;
  }
  return undefined;
}

/** pip takes byte order marks; Windows' shell writes UTF-16. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

function includeProblem(path: string, count: number): ScanProblem {
  const message =
    `${JSON.stringify(path.slice(0, 200))} includes ${count} other files, which are read only ` +
    'where their own names are those of requirements';
  return { code: 'requirements-included', message, fatal: false };
}
