/** Packages of managers beside a system's own: Homebrew, Snap and Flatpak; and the list of COS. */
import { baseName, parentPath } from '../../image/entry-path.ts';
import { objectList, readJsonObject, textField } from './json-file.ts';
import { installedPackage, unreadInstalled } from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';
import { childOf, childText, readXml } from './xml-tree.ts';

/** `etc/cos-package-info.json` of Container-Optimized OS: what was installed, not what built it. */
export function readCosPackages(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadPackages(path, 'installed', read.reason);
  if (!Array.isArray(read.value['installedPackages'])) {
    return unreadPackages(path, 'installed', 'it has no list "installedPackages"');
  }
  const list = newPackageList(path, 'installed');
  for (const item of objectList(read.value, 'installedPackages')) {
    list.add(textField(item, 'name'), textField(item, 'version'));
  }
  return list.database();
}

/** Homebrew's `Cellar/NAME/VERSION/INSTALL_RECEIPT.json`: its folders name package and version. */
export function readBrewReceipt(bytes: Uint8Array, path: string): PackageDatabase {
  const read = readJsonObject(bytes);
  if ('reason' in read) return unreadInstalled(path, read.reason);
  const folder = parentPath(path);
  return installedPackage(path, { name: baseName(parentPath(folder)), version: baseName(folder) });
}

/** A snap's `meta/snap.yaml`: `name` and `version` at the left margin. */
export function readSnap(bytes: Uint8Array, path: string): PackageDatabase {
  const fields = new Map<string, string>();
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const [, key = '', value = ''] = /^(name|version):[ \t]{1,64}(\S.{0,300})$/.exec(text) ?? [];
    if (key !== '' && !fields.has(key)) fields.set(key, plainScalar(value));
  }
  return installedPackage(path, { name: fields.get('name'), version: fields.get('version') });
}

/** A scalar of YAML that has no escapes, without its quotes and the comment behind it. */
function plainScalar(text: string): string {
  const quoted = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(text.trim());
  return quoted?.[2] ?? text.replace(/\s#.*$/, '').trim();
}

/** The AppStream metainfo of a Flatpak application: its id, and its newest release. */
export function readFlatpak(bytes: Uint8Array, path: string): PackageDatabase {
  const root = readXml(bytes);
  if ('reason' in root) return unreadInstalled(path, root.reason);
  const releases = childOf(root, 'releases')?.children ?? [];
  const version = releases.find(({ name }) => name === 'release')?.attributes.get('version');
  return installedPackage(path, { name: childText(root, 'id'), version });
}
