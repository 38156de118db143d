/** What .NET's project files ask for, and Paket's lock file. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';
import { childText, readXml, type XmlElement } from './xml-tree.ts';

/** `NAME.csproj` and its kin: `PackageReference` with a plain version; others may be central. */
export function readMsbuildProject(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadPackages(path, 'declared', root.reason);
  const list = newPackageList(path, 'declared');
  for (const group of root.children) {
    if (group.name !== 'ItemGroup') continue;
    for (const item of group.children) addReference(list, item);
  }
  return list.database();
}

/** A version in brackets is the only one that fits. */
const EXACT = /^\[?(\d[\w.+-]{0,127})\]?$/;

function addReference(list: PackageList, item: XmlElement): void {
  const id = item.attributes.get('Include') ?? item.attributes.get('Update');
  if (item.name !== 'PackageReference' || id === undefined) return;
  const written =
    item.attributes.get('VersionOverride') ??
    item.attributes.get('Version') ??
    childText(item, 'Version');
  const version = EXACT.exec(written ?? '')?.[1];
  if (version !== undefined) list.add(id, version);
  else list.remark(`asks for ${JSON.stringify(id.slice(0, 200))} without an exact version`);
}

/** Reads the packages of the sections `NUGET`: `    NAME (VERSION)`, deeper what they need. */
export function readPaketLock(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  let isNuget = false;
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    if (/^\S/.test(text)) isNuget = text.trim() === 'NUGET';
    const [, name, version] = /^ {4}([\w.-]{1,256}) \(([^()\s]{1,256})\)/.exec(text) ?? [];
    if (isNuget && name !== undefined) list.add(name, version);
  }
  return list.database();
}
