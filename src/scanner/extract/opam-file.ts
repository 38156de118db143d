/** OCaml's packages: what OPAM installed into a switch, and what its files ask for by version. */
import { baseName, parentPath } from '../../image/entry-path.ts';
import { installedPackage } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy } from './text-lines.ts';

/** `.opam-switch/packages/NAME.VERSION/opam`: its folder names it, and the first dot parts it. */
export function readInstalledOpam(_bytes: Uint8Array, path: string): PackageDatabase {
  const folder = baseName(parentPath(path));
  const dot = folder.indexOf('.');
  const name = folder.slice(0, Math.max(dot, 0));
  return installedPackage(path, { name, version: folder.slice(dot + 1) });
}

/** A field `version: "1.0"` at the left margin. */
const VERSION = /^version:[ \t]{0,64}"([^"\\\n]{1,256})"/m;
const NAME = /^name:[ \t]{0,64}"([^"\\\n]{1,256})"/m;
/** A dependency held to one version: `"cmdliner" {= "1.0.4"}`, or with more conditions. */
const PINNED = /"([\w+-]{1,128})"\s{0,64}\{\s{0,64}=\s{0,64}"([^"\\\n]{1,256})"/g;

/** A project's `NAME.opam`, and `NAME.opam.locked`, which holds all dependencies to a version. */
export function readOpamProject(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  const plain = text.replace(/^[ \t]{0,64}#.*$/gm, '');
  const list = newPackageList(path, 'declared');
  const own = NAME.exec(plain)?.[1] ?? baseName(path).replace(/\.opam(?:\.locked)?$/, '');
  const version = VERSION.exec(plain)?.[1];
  if (version !== undefined && own !== '') list.add(own, version);
  for (const [, name, pinned] of plain.matchAll(PINNED)) list.add(name, pinned);
  return list.database();
}
