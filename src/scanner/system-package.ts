/** From a database's package to a package of the image: which advisories it has, and its purl. */
import type { ScannedPackage } from '../domain/scan-result.ts';
import type { DatabasePackage } from './extract/package-database.ts';
import { formatPackageUrl } from './package-url.ts';
import type { KnownSystem } from './read-system.ts';

/** A package of a system, but for where it was read. */
export function toSystemPackage(
  item: DatabasePackage,
  type: string,
  known: KnownSystem | undefined,
): Omit<ScannedPackage, 'path'> {
  const { name, version, architecture } = item;
  const module = moduleOf(item, known);
  const ecosystem = known?.ecosystem?.type === type ? known.ecosystem.name : undefined;
  return {
    name,
    version,
    type,
    ...(ecosystem && { ecosystem }),
    ...(architecture && { architecture }),
    ...(module && { module }),
    purl: systemPackageUrl({ ...item, type }, known),
    source: advisoryPackage(item, known),
    origin: 'installed',
  };
}

/** The module stream, where advisories of the system tell modules apart. */
function moduleOf(
  { modularity = '' }: DatabasePackage,
  known: KnownSystem | undefined,
): string | undefined {
  return known?.row?.withoutModules === true ? undefined : streamOf(modularity);
}

/** `name:stream` of `name:stream:version:context`. */
function streamOf(modularity: string): string {
  return modularity.split(':', 2).join(':');
}

/** The name and version that advisories speak of: the source's, or the binary package's own. */
function advisoryPackage(
  { name, version, source, sourceVersion }: DatabasePackage,
  known: KnownSystem | undefined,
): ScannedPackage['source'] {
  return known?.row?.binaryNames === true
    ? { name, version }
    : { name: source, version: sourceVersion };
}

/** What a system's package URL is made of. */
type UrlPackage = Pick<ScannedPackage, 'type' | 'name' | 'version' | 'architecture'> &
  Pick<DatabasePackage, 'modularity'>;

/** The package URL of a system's package, with the system as its namespace. */
export function systemPackageUrl(item: UrlPackage, known: KnownSystem | undefined): string {
  const { version, ...qualifiers } = versionParts(item, item.type);
  return formatPackageUrl({
    type: item.type,
    namespace: known?.row?.namespace ?? known?.system.id ?? '',
    name: item.name,
    version,
    qualifiers: { arch: item.architecture ?? '', distro: distroOf(known), ...qualifiers },
  });
}

function distroOf(known: KnownSystem | undefined): string {
  const { id = '', version = '' } = known?.system ?? {};
  return version === '' ? id : `${id}-${version}`;
}

/** An rpm's epoch is a qualifier, and its module is one as Red Hat writes it: `name:stream`. */
function versionParts(
  { version, modularity = '' }: UrlPackage,
  type: string,
): { readonly version: string; readonly epoch: string; readonly rpmmod: string } {
  const colon = type === 'rpm' ? version.indexOf(':') : -1;
  return {
    version: version.slice(colon + 1),
    epoch: version.slice(0, Math.max(colon, 0)),
    rpmmod: streamOf(modularity),
  };
}
