/** What conda is asked for: `environment.yml`, and the lock files of conda-lock. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { languagePackageUrl } from '../package-url.ts';
import { textField } from './json-file.ts';
import { declaredPackages, lockEntry, unreadLockFile, type LockEntry } from './lock-file.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';
import { readRequirement } from './pip-requirements.ts';
import { readYamlMapping } from './yaml-file.ts';

/** What a file asks of conda, and of pip through it. */
interface Wanted {
  readonly conda: LockEntry[];
  readonly pip: LockEntry[];
}

/** Reads `dependencies`: `name=version`, also with a build behind; below `pip` requirements. */
export function readCondaEnvironment(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readYamlMapping(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const dependencies = read.value['dependencies'];
  if (!Array.isArray(dependencies)) return unreadLockFile(path, 'it has no list "dependencies"');
  const wanted: Wanted = { conda: [], pip: [] };
  for (const item of dependencies as readonly Json[]) {
    if (typeof item === 'string') wanted.conda.push(readSpec(item));
    else if (isJsonObject(item)) wanted.pip.push(...pipEntries(item['pip']));
  }
  return joined(path, wanted);
}

function pipEntries(list: Json | undefined): LockEntry[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).flatMap((line) =>
    typeof line === 'string' ? readRequirement(line.trim()) : [],
  );
}

const SPEC = /^(?:[\w./:-]{1,256}::)?([A-Za-z0-9_][\w.-]{0,255})\s{0,64}(.*)$/;
/** `=1.2`, `==1.2`, `=1.2=build`; or parted by blanks. */
const EXACT = /^(?:==?\s{0,64}|(?=\d))([\w.!+-]{1,128})(?:[=\s]{1,64}[\w.*-]{1,128})?$/;

function readSpec(spec: string): LockEntry {
  const [, name = '', rest = ''] = SPEC.exec(spec.trim().slice(0, 1024)) ?? [];
  return lockEntry(name, EXACT.exec(rest.trim())?.[1]);
}

/** Reads `conda-lock.yml`: a list of packages, one for each platform, of conda or of pip. */
export function readCondaLock(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readYamlMapping(bytes);
  if ('reason' in read) return unreadLockFile(path, read.reason);
  const packages = read.value['package'];
  if (!Array.isArray(packages)) return unreadLockFile(path, 'it has no list "package"');
  const wanted: Wanted = { conda: [], pip: [] };
  for (const item of packages as readonly Json[]) {
    if (!isJsonObject(item)) continue;
    const entry = lockEntry(textField(item, 'name') ?? '', textField(item, 'version'));
    wanted[isOfPip(item) ? 'pip' : 'conda'].push(entry);
  }
  return joined(path, wanted);
}

function isOfPip(item: JsonObject): boolean {
  return item['manager'] === 'pip';
}

/** One database: what pip gets has a package URL, since it is of another ecosystem. */
function joined(path: string, { conda, pip }: Wanted): PackageDatabase {
  const [own, python] = [declaredPackages(path, conda), declaredPackages(path, pip)];
  return {
    packages: [...own.packages, ...python.packages.map(withPurl)],
    problems: [...own.problems, ...python.problems],
  };
}

function withPurl(item: DatabasePackage): DatabasePackage {
  const { name, version } = item;
  return { ...item, purl: languagePackageUrl({ type: 'pypi', name, version }) };
}
