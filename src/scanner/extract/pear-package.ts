/**
 * What PEAR and PECL keep of each package that they installed: a value that PHP serialised. PEAR's
 * packages are those of Packagist's `pear/…`, whose advisories are of the same code; extensions of
 * PECL are in no registry that has advisories.
 */
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { decodeLossy } from './text-lines.ts';

/** A text that PHP serialised is `s:LENGTH:"TEXT";`. Package files of version 1 have it flat. */
const NAME = /s:(?:4:"name"|7:"package");s:\d{1,4}:"([\w.-]{1,256})";/;
const RELEASE = /s:7:"version";a:2:\{s:7:"release";s:\d{1,4}:"(\d[\w.-]{0,127})";/;
const VERSION = /s:7:"version";s:\d{1,4}:"(\d[\w.-]{0,127})";/;

/** `.registry/NAME.reg`, of PEAR's own channel. */
export function readPearPackage(bytes: Uint8Array, path: string): PackageDatabase {
  const { name, version } = readRegistry(bytes);
  return installedPackage(path, { name: name && `pear/${name}`, version });
}

/** `.registry/.channel.pecl.php.net/NAME.reg`. */
export function readPeclPackage(bytes: Uint8Array, path: string): PackageDatabase {
  return installedPackage(path, readRegistry(bytes));
}

/** Names in lower case, as both channels compare them. The release stands over other versions. */
function readRegistry(bytes: Uint8Array): {
  readonly name: string | undefined;
  readonly version: string | undefined;
} {
  const { text } = decodeLossy(bytes);
  const version = RELEASE.exec(text)?.[1] ?? VERSION.exec(text)?.[1];
  return { name: NAME.exec(text)?.[1]?.toLowerCase(), version };
}
