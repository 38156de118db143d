/**
 * Runtimes that were unpacked into an image without a package manager, where a file of theirs says
 * for certain which release they are: Java's `release`, the headers of Node.js and of Python, and
 * Go's `VERSION`. Executables are not searched for what may be a version.
 */
import { baseName, parentPath } from '../../image/entry-path.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy } from './text-lines.ts';

const HEAD = 65_536;

/** A JDK's or JRE's `release`; other programs have such a file, which says nothing of Java. */
export function readJavaRelease(bytes: Uint8Array, path: string): PackageDatabase {
  const text = headOf(bytes);
  const version = /^JAVA_VERSION="([\w.+-]{1,64})"/m.exec(text)?.[1];
  const name = /^IMAGE_TYPE="JRE"/m.test(text) ? 'jre' : 'jdk';
  return runtimes(path, [name], version);
}

const NODE_PARTS = ['MAJOR', 'MINOR', 'PATCH'];

/** `include/node/node_version.h` of a release of Node.js. */
export function readNodeVersion(bytes: Uint8Array, path: string): PackageDatabase {
  const text = headOf(bytes);
  const numbers = NODE_PARTS.flatMap(
    (part) => new RegExp(`^#define NODE_${part}_VERSION (\\d{1,5})\\b`, 'm').exec(text)?.[1] ?? [],
  );
  return runtimes(path, ['node'], numbers.length === 3 ? numbers.join('.') : undefined);
}

/** `include/python3.12/patchlevel.h`, whose version is of the release that its folder names. */
export function readPythonVersion(bytes: Uint8Array, path: string): PackageDatabase {
  const version = /^#define[ \t]{1,64}PY_VERSION[ \t]{1,64}"(\d[\w.+]{1,63})"/m.exec(
    headOf(bytes),
  )?.[1];
  const release = /^python(\d\.\d+)/.exec(baseName(parentPath(path)))?.[1] ?? '';
  const fits = version?.startsWith(`${release}.`) === true;
  return runtimes(path, ['python'], fits ? version?.replace(/\+$/, '') : undefined);
}

/** `VERSION` of a Go distribution: its standard library and its commands, as OSV names them. */
export function readGoRelease(bytes: Uint8Array, path: string): PackageDatabase {
  const version = /^go(1\.\d[\w.]{0,32})\s/.exec(`${headOf(bytes)}\n`)?.[1];
  return runtimes(path, ['stdlib', 'toolchain'], version);
}

function headOf(bytes: Uint8Array): string {
  return decodeLossy(bytes.subarray(0, HEAD)).text;
}

/** Without a version the file is not what it would be of. */
function runtimes(
  path: string,
  names: readonly string[],
  version: string | undefined,
): PackageDatabase {
  const list = newPackageList(path, 'installed');
  if (version !== undefined) for (const name of names) list.add(name, version);
  return list.database();
}
