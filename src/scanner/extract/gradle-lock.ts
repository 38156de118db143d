/** What Gradle keeps of resolved dependencies: lock files, and hashes to verify them by. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';
import { childOf, readXml, type XmlElement } from './xml-tree.ts';

/** Lines `group:artifact:version=configurations`; before Gradle 6.5 without configurations. */
export function readGradleLock(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  for (const { number, text } of textLines(decodeLossy(bytes).text)) {
    const line = text.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('empty=')) continue;
    const [group, artifact, version, ...more] = (line.split('=')[0] ?? '').split(':');
    if (group && artifact && version && more.length === 0)
      list.add(`${group}:${artifact}`, version);
    else list.note(`has no "group:artifact:version" at line ${number}`);
  }
  return list.database();
}

/** `gradle/verification-metadata.xml`: each component was downloaded at some time. */
export function readGradleVerification(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadPackages(path, 'declared', root.reason);
  const list = newPackageList(path, 'declared');
  for (const { name, attributes } of childOf(root, 'components')?.children ?? []) {
    const [group, artifact] = [attributes.get('group'), attributes.get('name')];
    if (name !== 'component') continue;
    if (group && artifact) list.add(`${group}:${artifact}`, attributes.get('version'));
    else list.note('has a component without group or name');
  }
  return list.database();
}

/** Ivy's `ivy.xml`: dependencies with a fixed revision; ranges and `latest.…` are told. */
export function readIvy(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadPackages(path, 'declared', root.reason);
  const list = newPackageList(path, 'declared');
  const group = childOf(root, 'info')?.attributes.get('organisation') ?? '';
  const all = childOf(root, 'dependencies')?.children ?? [];
  for (const item of all.filter(({ name }) => name === 'dependency')) addIvy(list, item, group);
  return list.database();
}

function addIvy(list: PackageList, { attributes }: XmlElement, group: string): void {
  const revision = attributes.get('rev') ?? '';
  const name = `${attributes.get('org') ?? group}:${attributes.get('name') ?? ''}`;
  const fixed = /^[\w.-]{1,256}$/.test(revision) && !revision.startsWith('latest.');
  if (fixed) list.add(name, revision);
  else list.remark(`asks for ${JSON.stringify(name.slice(0, 200))} without a fixed revision`);
}
