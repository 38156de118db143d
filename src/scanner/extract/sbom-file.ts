/**
 * Bills of materials as files: CycloneDX, SPDX and Syft's own, told by what they say and not by
 * their names. Each component counts by its package URL; the database keeps it, for it says of
 * which ecosystem the package is.
 */
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { PackageOrigin } from '../../domain/software-package.ts';
import type { NamedPackage } from '../../domain/vex-document.ts';
import { formatPackageUrl, languagePackageUrl } from '../package-url.ts';
import { parsePackageUrl } from '../parse-package-url.ts';
import { readCycloneDxJson, readCycloneDxXml } from './cyclonedx-sbom.ts';
import { objectField, objectList, readJson, textField } from './json-file.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';
import { MAX_COMPONENTS, type ReadSbom, type SbomContent, TOO_MANY } from './sbom-components.ts';
import { readSpdxGraph, readSpdxJson, readSpdxRdf, readSpdxTags } from './spdx-sbom.ts';
import { decodeLossy } from './text-lines.ts';
import { readXml } from './xml-tree.ts';
import { readYamlMapping } from './yaml-file.ts';

/** Purl types of the packages of systems, which say by `distro` of which release they are. */
export const SYSTEM_TYPES: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);

/** Reads a bill that lies in an image: what it says of itself is declared. */
export function readDeclaredSbom(bytes: Uint8Array, path: string): PackageDatabase {
  return readSbom(bytes, path, 'declared');
}

/** Reads a bill that somebody asks to be scanned. */
export function readGivenSbom(bytes: Uint8Array, path: string): PackageDatabase {
  return readSbom(bytes, path, 'installed');
}

function readSbom(bytes: Uint8Array, path: string, origin: PackageOrigin): PackageDatabase {
  const content = readContent(bytes);
  // In an image anything may have such a name.
  if (content === UNKNOWN && origin === 'declared') return { packages: [], problems: [] };
  if ('reason' in content) return unreadPackages(path, origin, content.reason);
  const list = newPackageList(path, origin);
  const packages = new Map<string, DatabasePackage>();
  for (const component of content.components) {
    const item = toPackage(component, content.system);
    if ('reason' in item) list.note(item.reason);
    else packages.set(item.purl ?? '', item);
  }
  if (content.unnamed > 0) {
    list.remark(
      `has components without a package URL, which nothing is known of: ${content.unnamed}`,
    );
  }
  return { packages: [...packages.values()], problems: list.database().problems };
}

function readContent(bytes: Uint8Array): ReadSbom {
  const { text } = decodeLossy(bytes);
  const start = text.slice(0, 1024).trimStart();
  if (start.startsWith('{')) {
    const read = readJson(text);
    if ('reason' in read) return read;
    return isJsonObject(read.value) ? readObject(read.value) : UNKNOWN;
  }
  if (start.startsWith('<')) {
    const root = readXml(bytes);
    if ('reason' in root) return root;
    if (root.name === 'RDF') return readSpdxRdf(root);
    return root.name === 'bom' ? readCycloneDxXml(root) : UNKNOWN;
  }
  if (/^SPDXVersion:/m.test(text.slice(0, 65_536))) return readSpdxTags(text);
  return /^["']?spdxVersion["']?:/m.test(text) ? readSpdxYaml(bytes) : UNKNOWN;
}

function readSpdxYaml(bytes: Uint8Array): ReadSbom {
  const read = readYamlMapping(bytes);
  return 'reason' in read ? read : readSpdxJson(read.value);
}

const UNKNOWN = { reason: 'it is no bill of materials of CycloneDX, SPDX or Syft' } as const;

function readObject(value: JsonObject): ReadSbom {
  if (textField(value, 'bomFormat') === 'CycloneDX') return readCycloneDxJson(value);
  if (textField(value, 'spdxVersion') !== undefined) return readSpdxJson(value);
  if (Array.isArray(value['@graph'])) return readSpdxGraph(value);
  // In the statement of an attestation the bill is the predicate.
  const predicate = objectField(value, 'predicate');
  if (predicate !== undefined && 'predicateType' in value) return readObject(predicate);
  return Array.isArray(value['artifacts']) ? readSyft(value) : UNKNOWN;
}

function readSyft(document: JsonObject): ReadSbom {
  const artifacts = objectList(document, 'artifacts');
  if (artifacts.length > MAX_COMPONENTS) return TOO_MANY;
  const components = artifacts.flatMap((one): Component[] => {
    const purl = textField(one, 'purl', 4096);
    const version = textField(one, 'version');
    return purl === undefined ? [] : [{ purl, ...(version !== undefined && { version }) }];
  });
  const distro = objectField(document, 'distro') ?? {};
  const id = textField(distro, 'id');
  const version = textField(distro, 'versionID') ?? '';
  return {
    components,
    unnamed: artifacts.length - components.length,
    ...(id !== undefined && { system: { id, version } }),
  };
}

type Component = SbomContent['components'][number];

function toPackage(
  component: Component,
  system: SbomContent['system'],
): DatabasePackage | { readonly reason: string } {
  const named = readPurl(component.purl);
  if ('reason' in named) return named;
  const { type, version: plain = saidVersion(component, named), qualifiers } = named;
  if (plain === undefined) return { reason: `has ${quote(component.purl)} without a version` };
  const { epoch, arch = '' } = qualifiers;
  const version = type === 'rpm' && epoch !== undefined ? `${epoch}:${plain}` : plain;
  const name = fullName(named);
  return {
    name,
    version,
    architecture: arch,
    ...sourceOf(component, { named, name, version }),
    purl: printPurl({ ...named, version: plain }, system),
  };
}

/** The version beside a purl without one; modules have theirs with a `v`. */
function saidVersion({ version }: Component, { type }: NamedPackage): string | undefined {
  return type === 'golang' ? version?.replace(/^v(?=\d)/, '') : version;
}

/** What the bill says of the source package, else the purl, else the package itself. */
function sourceOf(
  { source: said }: Component,
  own: { readonly named: NamedPackage; readonly name: string; readonly version: string },
): Pick<DatabasePackage, 'source' | 'sourceVersion'> {
  const { upstream } = own.named.qualifiers;
  const source = said ?? (upstream === undefined ? own : readUpstream(upstream));
  // The file of an rpm's source names no epoch.
  const isOwn = source.version === undefined || source.version === own.named.version;
  return { source: source.name, sourceVersion: isOwn ? own.version : (source.version ?? '') };
}

/** Syft's qualifier: `openssl`, `openssl@3.0.1`, or of an rpm the file of its source. */
function readUpstream(text: string): { readonly name: string; readonly version?: string } {
  const [, rpm, version, release] = /^(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm$/.exec(text) ?? [];
  if (rpm !== undefined) return { name: rpm, version: `${version}-${release}` };
  const [name = '', of] = text.split('@', 2);
  return of === undefined ? { name } : { name, version: of };
}

function readPurl(purl: string): NamedPackage | { readonly reason: string } {
  try {
    return parsePackageUrl(purl);
  } catch (error) {
    return { reason: `has a component whose ${error instanceof Error ? error.message : 'purl'}` };
  }
}

/** What stands between namespace and name in the name that an ecosystem gives a package. */
const SEPARATORS: Readonly<Record<string, string>> = { maven: ':', deb: '', apk: '', rpm: '' };

function fullName({ type, namespace, name }: NamedPackage): string {
  const separator = Object.hasOwn(SEPARATORS, type) ? SEPARATORS[type] : '/';
  return namespace === '' || separator === '' ? name : `${namespace}${separator}${name}`;
}

/** With the system of the whole bill, where the purl of a system's package does not say. */
function printPurl(named: NamedPackage, system: SbomContent['system']): string {
  const { type, version = '', qualifiers } = named;
  // Read without the `v` that modules have in theirs.
  if (type === 'golang') return languagePackageUrl({ type, name: fullName(named), version });
  const isPlain = !SYSTEM_TYPES.has(type) || 'distro' in qualifiers || system === undefined;
  const distro = system && { distro: `${system.id}-${system.version}` };
  return formatPackageUrl({
    ...named,
    version,
    qualifiers: isPlain ? qualifiers : { ...qualifiers, ...distro },
  });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
