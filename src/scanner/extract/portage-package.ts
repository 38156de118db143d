/** What portage (Gentoo) keeps of each package: a folder of files, of which `PF` names it. */
import { baseName, parentPath } from '../../image/entry-path.ts';
import { unreadInstalled } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';

/** A version as the package manager specification has it (section 3.2), with its revision. */
const VERSION =
  /-(\d{1,64}(?:\.\d{1,64}){0,64}[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d{0,64}){0,8}(?:-r\d{1,64})?)$/;
const NAME = /^[A-Za-z0-9_][A-Za-z0-9+_-]{0,255}$/;
const CATEGORY = /^[A-Za-z0-9_][A-Za-z0-9+_.-]{0,255}$/;

/** Reads `var/db/pkg/CATEGORY/NAME-VERSION/PF`, which says `NAME-VERSION`. */
export function readPortagePackage(bytes: Uint8Array, path: string): PackageDatabase {
  const full = new TextDecoder().decode(bytes).trim().slice(0, 600);
  const version = VERSION.exec(full)?.[1];
  const name = full.slice(0, full.length - (version?.length ?? 0) - 1);
  const category = baseName(parentPath(parentPath(path)));
  if (version === undefined || !NAME.test(name) || !CATEGORY.test(category)) {
    return unreadInstalled(path, 'it is no "name-version" of a category');
  }
  const atom = `${category}/${name}`;
  const item = { name: atom, version, architecture: '', source: atom, sourceVersion: version };
  return { packages: [item], problems: [] };
}
