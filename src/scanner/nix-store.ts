/**
 * Packages of Nix: nothing lists them but the names of the folders in its store,
 * `nix/store/HASH-NAME-VERSION`, also with the name of an output behind.
 */
import type { ScannedPackage } from '../domain/scan-result.ts';
import type { FileTree } from '../image/fold-layers.ts';
import { isStorePath, NIX_STORE } from './extract/nix-path.ts';
import { languagePackageUrl } from './package-url.ts';

/** As Nix parts names: the version begins at the first dash that no letter is behind. */
const PARTS = /^[0-9a-z]{32}-([A-Za-z0-9][\w.+?=-]{0,255}?)-(\d[\w.+?=-]{0,255})$/;
/** The usual names of a package's outputs. */
const OUTPUT = /-(?:bin|data|debug|dev|devdoc|dist|doc|info|lib|man|out|static)$/;
/** What is no package: what builds are made of, and single files. */
const OTHER = /\.(?:bz2|conf|crate|diff|drv|gem|gz|jar|json|lock|patch|service|sh|tgz|whl|xz|zip)$/;

/** Most packages of one store. */
const PACKAGES = 200_000;

/** The packages in the store of an image; paths without a version are none. */
export function readNixStore(tree: FileTree): readonly ScannedPackage[] {
  const found = new Map<string, ScannedPackage>();
  for (const folder of tree.resolve(NIX_STORE).names.slice(0, PACKAGES)) {
    const path = `${NIX_STORE}/${folder}`;
    const [, name, written] =
      isStorePath(path) && !OTHER.test(folder) ? (PARTS.exec(folder) ?? []) : [];
    if (name === undefined || written === undefined) continue;
    const version = written.replace(OUTPUT, '');
    const key = `${name} ${version}`;
    if (!found.has(key)) found.set(key, packageOf({ name, version, path }));
  }
  return [...found.values()];
}

function packageOf(item: Pick<ScannedPackage, 'name' | 'version' | 'path'>): ScannedPackage {
  const { name, version, path } = item;
  return {
    name,
    version,
    type: 'nix',
    purl: languagePackageUrl({ type: 'nix', name, version }),
    source: { name, version },
    origin: 'installed',
    path,
  };
}
