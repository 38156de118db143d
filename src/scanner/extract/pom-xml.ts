/**
 * Maven's `pom.xml`: the dependencies that it names itself. Versions come of the file alone: its
 * own, its properties, its `dependencyManagement`; what only a parent says is told as missing.
 */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { childOf, childText, readXml, type XmlElement } from './xml-tree.ts';

/** What a project calls itself, with what it takes from the parent that it names. */
export interface PomProject {
  readonly group: string | undefined;
  readonly artifact: string | undefined;
  readonly version: string | undefined;
}

/** Reads the dependencies of all scopes. */
export function readPomXml(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadPackages(path, 'declared', root.reason);
  if (root.name !== 'project') return unreadPackages(path, 'declared', 'it is no Maven project');
  const list = newPackageList(path, 'declared');
  const properties = propertiesOf(root);
  const managed = managedVersions(root, properties);
  for (const dependency of dependenciesOf(root)) {
    const name = nameOf(dependency, properties);
    const version = interpolate(childText(dependency, 'version'), properties);
    addDependency(list, name, version ?? managed.get(name));
  }
  return list.database();
}

/** The project that a `pom.xml` in an archive is of. */
export function readPomProject(bytes: Uint8Array): PomProject | undefined {
  const root = readXml(bytes);
  if ('reason' in root || root.name !== 'project') return undefined;
  const properties = propertiesOf(root);
  const of = (key: string): string | undefined => properties.get(`project.${key}`);
  const known = (text: string | undefined): string | undefined => interpolate(text, properties);
  return { group: known(of('groupId')), artifact: of('artifactId'), version: known(of('version')) };
}

function addDependency(list: PackageList, name: string, written: string | undefined): void {
  const version = written === undefined ? undefined : leastOf(written);
  if (version === undefined || version.includes('${') || name.includes('${')) {
    const why = written === undefined ? 'no version here; its parent may have one' : written;
    return list.remark(`asks for ${JSON.stringify(name.slice(0, 200))}: ${why.slice(0, 200)}`);
  }
  list.add(name, version);
}

/** Of a range (Maven's version range specification) the least version that it names. */
function leastOf(version: string): string | undefined {
  const range = /^[[(]([^,\])]*)/.exec(version);
  if (range === null) return version;
  return range[1]?.trim() || undefined;
}

function nameOf(dependency: XmlElement, properties: ReadonlyMap<string, string>): string {
  const group = interpolate(childText(dependency, 'groupId'), properties) ?? '';
  return `${group}:${interpolate(childText(dependency, 'artifactId'), properties) ?? ''}`;
}

function dependenciesOf(parent: XmlElement | undefined): readonly XmlElement[] {
  const all = childOf(parent, 'dependencies')?.children ?? [];
  return all.filter(({ name }) => name === 'dependency');
}

function managedVersions(
  root: XmlElement,
  properties: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const managed = new Map<string, string>();
  for (const dependency of dependenciesOf(childOf(root, 'dependencyManagement'))) {
    const version = interpolate(childText(dependency, 'version'), properties);
    if (version !== undefined) managed.set(nameOf(dependency, properties), version);
  }
  return managed;
}

/** Own properties, and the project's coordinates under their names, old ones too. */
function propertiesOf(root: XmlElement): ReadonlyMap<string, string> {
  const parent = childOf(root, 'parent');
  const own = ['groupId', 'artifactId', 'version'].flatMap((key) => {
    const inherited = childText(parent, key);
    const value = childText(root, key) ?? (key === 'artifactId' ? undefined : inherited);
    return [
      ...named(['project.', 'pom.', ''], key, value),
      ...named(['project.parent.', 'parent.'], key, inherited),
    ];
  });
  const written = childOf(root, 'properties')?.children ?? [];
  const texts = written.map(({ name, text }) => [name, text] as const);
  return new Map([...own, ...texts.filter(([, text]) => text !== '')]);
}

function named(
  prefixes: readonly string[],
  key: string,
  value: string | undefined,
): readonly (readonly [string, string])[] {
  return value === undefined ? [] : prefixes.map((prefix) => [`${prefix}${key}`, value] as const);
}

const ROUNDS = 8;
const LENGTH = 1024;

/** Puts properties in; one that is not known stays as it is written. */
function interpolate(
  text: string | undefined,
  properties: ReadonlyMap<string, string>,
): string | undefined {
  let value = text;
  for (
    let round = 0;
    round < ROUNDS && value?.includes('${') && value.length < LENGTH;
    round += 1
  ) {
    value = value.replace(
      /\$\{([^${}]{1,256})\}/g,
      (all, key: string) => properties.get(key) ?? all,
    );
  }
  return value?.trim();
}
