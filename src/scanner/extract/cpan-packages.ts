/** Perl's distributions: Carton's `cpanfile.snapshot`, and what cpanm wrote of each. */
import { readJsonObject, textField } from './json-file.ts';
import { installedPackage, unreadInstalled } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** `NAME-1.23`, `NAME-v1.2.3`, also with `-TRIAL` or a letter behind. */
const DISTRIBUTION = /^([A-Za-z][\w.+-]{0,255}?)-(v?\d[\w.]{0,128}(?:-TRIAL\d{0,4})?)$/;

/** Reads the distributions: lines of two blanks below `DISTRIBUTIONS`. */
export function readCpanSnapshot(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  let isSnapshot = false;
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    if (/^DISTRIBUTIONS\s*$/.test(text)) isSnapshot = true;
    const distribution = /^ {2}(\S.*)$/.exec(text)?.[1]?.trim();
    if (distribution === undefined) continue;
    const [, name, version] = DISTRIBUTION.exec(distribution) ?? [];
    if (name === undefined) list.note('has a distribution that is no "name-version"');
    else list.add(name, version);
  }
  return isSnapshot ? list.database() : unreadPackages(path, 'declared', 'it has no DISTRIBUTIONS');
}

/** `.meta/NAME-VERSION/install.json`: its `dist` is the folder's name. */
export function readCpanInstall(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadInstalled(path, read.reason);
  const distribution = textField(read.value, 'dist') ?? path.split('/').at(-2) ?? '';
  const [, name, version] = DISTRIBUTION.exec(distribution.slice(0, 512)) ?? [];
  return installedPackage(path, { name, version });
}
