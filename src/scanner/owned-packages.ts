/**
 * Packages of languages that belong to a package of the system: they are kept and shown with its
 * name, and without an ecosystem, since upstream's advisories say nothing of the system's builds.
 */
import type { Digest } from '../domain/digest.ts';
import type { ScannedPackage } from '../domain/scan-result.ts';
import type { FileTree } from '../image/fold-layers.ts';
import { baseName } from '../image/entry-path.ts';
import { OWNED_FILES, ownedFilesFromJson } from './extract/owned-files.ts';
import { dataOf } from './layer-finder.ts';

/** A package of the system with files that may be of languages, and its layer. */
export interface FileOwner {
  readonly name: string;
  readonly files: readonly string[];
  readonly layer?: Digest;
}

/**
 * Marks the packages whose file belongs to one of these owners, or to one that a list of the tree
 * names and that is installed. A file of a later layer than its owner was changed behind the
 * system's back, and belongs to nobody.
 */
export function markOwned(
  tree: FileTree,
  packages: readonly ScannedPackage[],
  installed: { readonly owners: readonly FileOwner[]; readonly names: ReadonlySet<string> },
): readonly ScannedPackage[] {
  if (packages.length === 0) return packages;
  const listed = listedOwners(tree).filter(({ name }) => installed.names.has(name));
  const names = new Set([...packages.map(({ path }) => baseName(path)), ...linkNames(tree)]);
  const owners = ownersByPath(tree, [...installed.owners, ...listed], names);
  return packages.map((found) => {
    const owner = owners.get(found.path);
    if (owner === undefined || isLater(tree, found.path, owner)) return found;
    const { ecosystem: _, ...own } = found;
    return { ...own, ownedBy: owner.name };
  });
}

function listedOwners({ files }: FileTree): FileOwner[] {
  return [...files.values()].flatMap((file) => {
    const data = dataOf(file, OWNED_FILES);
    if (data === undefined) return [];
    const { owner, files: paths } = ownedFilesFromJson(data);
    return [{ name: owner, files: paths, layer: file.layer }];
  });
}

/** A path with one of these names may lead to a file of another name. */
function linkNames({ symlinks, hardLinks }: FileTree): string[] {
  return [...symlinks.map(({ path }) => path), ...hardLinks.keys()].map(baseName);
}

/**
 * By where the files really lie: lists say `/lib` where that is a link to `/usr/lib`. Following a
 * path is dear and lists are long, so only those are followed whose name may lead to one of these.
 */
function ownersByPath(
  tree: FileTree,
  owners: readonly FileOwner[],
  names: ReadonlySet<string>,
): Map<string, FileOwner> {
  const found = new Map<string, FileOwner>();
  for (const owner of owners) {
    for (const path of owner.files) {
      if (names.has(baseName(path))) found.set(tree.resolve(path).path, owner);
    }
  }
  return found;
}

function isLater({ files, layers }: FileTree, path: string, { layer }: FileOwner): boolean {
  const own = files.get(path)?.layer;
  if (own === undefined || layer === undefined) return true;
  return layers.lastIndexOf(own) > layers.lastIndexOf(layer);
}
