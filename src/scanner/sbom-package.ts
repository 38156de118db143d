/** From a bill's component to a package of the image: its ecosystem is told by its package URL. */
import type { ScannedPackage } from '../domain/scan-result.ts';
import type { PackageOrigin } from '../domain/software-package.ts';
import type { NamedPackage } from '../domain/vex-document.ts';
import type { DatabasePackage } from './extract/package-database.ts';
import { SYSTEM_TYPES } from './extract/sbom-file.ts';
import { parsePackageUrl } from './parse-package-url.ts';
import { readSystem } from './read-system.ts';
import { toSystemPackage } from './system-package.ts';

/** OSV's ecosystems by purl type; others have none. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ['bioconductor', 'Bioconductor'],
  ['bitnami', 'Bitnami'],
  ['cargo', 'crates.io'],
  ['composer', 'Packagist'],
  ['conan', 'ConanCenter'],
  ['cran', 'CRAN'],
  ['gem', 'RubyGems'],
  ['golang', 'Go'],
  ['hackage', 'Hackage'],
  ['hex', 'Hex'],
  ['julia', 'Julia'],
  ['maven', 'Maven'],
  ['npm', 'npm'],
  ['nuget', 'NuGet'],
  ['opam', 'opam'],
  ['pub', 'Pub'],
  ['pypi', 'PyPI'],
  ['swift', 'SwiftURL'],
]);

/** Where a bill lies, and what its word is worth. */
export interface SbomPlace {
  readonly path: string;
  readonly origin: PackageOrigin;
}

/** A package that is kept with its purl. */
export function toSbomPackage(
  item: DatabasePackage & { readonly purl: string },
  { path, origin }: SbomPlace,
): ScannedPackage {
  const named = parsePackageUrl(item.purl);
  const { type } = named;
  if (SYSTEM_TYPES.has(type)) {
    return { ...toSystemPackage(item, type, systemOf(named)), origin, path };
  }
  const { name, version, architecture, source, sourceVersion, purl } = item;
  const ecosystem = ECOSYSTEMS.get(type);
  return {
    name,
    version,
    type,
    ...(ecosystem !== undefined && { ecosystem }),
    ...(architecture !== '' && { architecture }),
    purl,
    source: { name: source, version: sourceVersion },
    origin,
    path,
  };
}

/** `distro=debian-12`, or the vendor and a release alone, as some tools write. */
function systemOf({ namespace, qualifiers }: NamedPackage) {
  const { distro = '' } = qualifiers;
  const [, id = namespace, versionId = ''] = /^(?:(.+)-)?v?(\d[\w.]*)$/.exec(distro) ?? [];
  return readSystem({ id: id === '' ? namespace : id, versionId, prettyName: '' });
}
