/**
 * What all files of languages have in common: each names packages, some of them without an exact
 * version, and may be damaged. A lock file that cannot be read is a problem that the scan goes on
 * with, for what it declares need not be there; of what is installed, it is fatal.
 */
import type { DatabasePackage, PackageDatabase } from './package-database.ts';

/** A package version as a file has it, or the name of what it has without an exact version. */
export type LockEntry =
  | { readonly name: string; readonly version: string }
  | { readonly unclear: string };

/** Most packages of one file. */
const PACKAGES = 200_000;
const NAME_LENGTH = 512;
const VERSION_LENGTH = 256;

/**
 * The database of what a file declares. Equal pairs of name and version are one package; entries
 * without a version, or with a name or version that is none, are counted in one problem.
 */
export function declaredPackages(path: string, entries: Iterable<LockEntry>): PackageDatabase {
  const found = new Map<string, DatabasePackage>();
  const unclear: string[] = [];
  let unclearCount = 0;
  for (const entry of entries) {
    if ('unclear' in entry || !isPackage(entry)) {
      unclearCount += 1;
      if (unclear.length < 3) unclear.push('unclear' in entry ? entry.unclear : entry.name);
    } else {
      found.set(`${entry.name} ${entry.version}`, toPackage(entry.name, entry.version));
    }
    if (found.size + unclearCount > PACKAGES) {
      return unreadLockFile(path, `it has more than ${PACKAGES} packages`);
    }
  }
  const problems = unclearCount === 0 ? [] : [unclearProblem(path, unclear, unclearCount)];
  return { packages: [...found.values()], problems };
}

/** Stands for a lock file that could not be read. */
export function unreadLockFile(path: string, reason: string): PackageDatabase {
  const message = `the lock file ${quote(path)} could not be read: ${reason}`;
  return { packages: [], problems: [{ code: 'lock-file-unread', message, fatal: false }] };
}

/** Tells whether a line is of a merge that was not finished: what the file says is not decided. */
export function isConflict(line: string): boolean {
  return /^(?:<<<<<<<|=======|>>>>>>>)/.test(line);
}

/** The reason why a file with such a line is not read. */
export function conflictAt(line: number): string {
  return `line ${line} is of a merge conflict`;
}

/** What a file says of its package; what it leaves out is undefined. */
interface PackageWords {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** The database of a file that is there because one package is. */
export function installedPackage(path: string, entry: PackageWords): PackageDatabase {
  const { name = '', version = '' } = entry;
  if (!isPackage({ name, version })) {
    const what = name === '' || !isText(name, NAME_LENGTH) ? 'name' : 'version';
    return unreadInstalled(path, `it has no valid ${what} of its package`);
  }
  return { packages: [toPackage(name, version)], problems: [] };
}

/** Stands for a file of what is installed that could not be read. */
export function unreadInstalled(path: string, reason: string): PackageDatabase {
  const message = `the package file ${quote(path)} could not be read: ${reason}`;
  return { packages: [], problems: [{ code: 'package-malformed', message, fatal: true }] };
}

/** The entry of a package whose version may be missing. */
export function lockEntry(name: string, version: string | undefined): LockEntry {
  return version === undefined || version === '' ? { unclear: name } : { name, version };
}

interface NamedVersion {
  readonly name: string;
  readonly version: string;
}

function toPackage(name: string, version: string): DatabasePackage {
  return { name, version, architecture: '', source: name, sourceVersion: version };
}

function isPackage({ name, version }: NamedVersion): boolean {
  return isText(name, NAME_LENGTH) && isText(version, VERSION_LENGTH);
}

/** Printable, without blanks: everything that a registry takes is. */
function isText(text: string, most: number): boolean {
  return text !== '' && text.length <= most && !/[\s\p{C}]/u.test(text);
}

function unclearProblem(
  path: string,
  names: readonly string[],
  count: number,
): PackageDatabase['problems'][number] {
  const some = names.map(label).join(', ');
  const message =
    `${quote(path)} names ${count} packages without an exact version, ` +
    `which are not looked up (${some}${count > names.length ? ', …' : ''})`;
  return { code: 'package-version-unclear', message, fatal: false };
}

/** The part of an entry that can be a name: an address may have a secret in it. */
function label(text: string): string {
  return /^@?[\w.#/ -]{1,80}/.exec(text)?.[0] ?? 'one without a name';
}

function quote(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}
