/**
 * Archives of Java, and those in them: every Maven metadata in one is a package, as a shaded one
 * has several; without any, the manifest and the file's name tell what it is.
 */
import { identify, readManifest } from './java-manifest.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList, unreadPackages, type PackageList } from './package-list.ts';
import { readPomProject } from './pom-xml.ts';
import { decodeLossy, textLines } from './text-lines.ts';
import { readZipDirectory, type ZipItem } from './zip-directory.ts';

const DEPTH = 8;
const ITEMS = 500_000;
const MEBIBYTE = 1024 * 1024;
const TEXT_BYTES = 4 * MEBIBYTE;
const ARCHIVE_BYTES = 128 * MEBIBYTE;
const INFLATED_BYTES = 512 * MEBIBYTE;
/** How many times its own bytes an archive may be once inflated, beyond the first mebibyte. */
const RATIO = 20;

/** Endings of archives that are looked into. */
export const JAVA_ARCHIVES: readonly string[] = [
  '.jar',
  '.war',
  '.ear',
  '.jpi',
  '.hpi',
  '.par',
  '.sar',
  '.nar',
  '.kar',
  '.lpkg',
];

interface Reading {
  readonly list: PackageList;
  items: number;
  /** Inflated bytes that may be had in all. */
  readonly most: number;
  /** Those that may still be had. */
  left: number;
}

/** Reads what the archive is and what it holds. */
export function readJavaArchive(bytes: Uint8Array, path: string): PackageDatabase {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = readZipDirectory(buffer);
  if ('reason' in directory) return unreadPackages(path, 'installed', directory.reason);
  const most = Math.min(MEBIBYTE + RATIO * buffer.length, INFLATED_BYTES);
  const reading = { list: newPackageList(path, 'installed'), items: 0, most, left: most };
  readArchive(reading, directory.items, [path]);
  const nested = { bytes: most - Math.max(reading.left, 0), entries: reading.items };
  return { ...reading.list.database(), nested };
}

/** `trail`: the archive's path, and before it those of the archives that hold it. */
function readArchive(reading: Reading, items: readonly ZipItem[], trail: readonly string[]): void {
  reading.items += items.length;
  if (reading.items > ITEMS) return reading.list.note(`has more than ${ITEMS} files in it`);
  if (!addMaven(reading, items)) addByManifest(reading, items, trail.at(-1) ?? '');
  for (const item of items) {
    if (JAVA_ARCHIVES.some((ending) => item.name.endsWith(ending)))
      readNested(reading, item, trail);
  }
}

function readNested(reading: Reading, item: ZipItem, trail: readonly string[]): void {
  if (trail.length >= DEPTH) {
    return reading.list.note(`has archives more than ${DEPTH} deep in each other`);
  }
  const before = reading.left;
  const bytes = readItem(reading, item, ARCHIVE_BYTES);
  if (bytes === undefined) return;
  const directory = readZipDirectory(bytes);
  if ('reason' in directory) noteItem(reading, item, directory.reason);
  else readArchive(reading, directory.items, [...trail, item.name]);
  // The inflated archive is let go of, but the work counts.
  reading.left = Math.min(reading.left, before - bytes.length);
}

const POM = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.(?:properties|xml)$/;

/** Answers whether the archive has any Maven metadata that names a package. */
function addMaven(reading: Reading, items: readonly ZipItem[]): boolean {
  const poms = items.filter(({ name }) => name.length < 1024 && POM.test(name));
  const properties = poms.filter(({ name }) => name.endsWith('.properties'));
  const told = new Set(properties.filter((item) => addProperties(reading, item)).map(folderOf));
  const projects = poms.filter((item) => item.name.endsWith('.xml') && !told.has(folderOf(item)));
  const added = projects.filter((item) => addProject(reading, item));
  return told.size + added.length > 0;
}

function folderOf({ name }: ZipItem): string {
  return name.slice(0, name.lastIndexOf('/'));
}

function addProperties(reading: Reading, item: ZipItem): boolean {
  const bytes = readItem(reading, item, TEXT_BYTES);
  if (bytes === undefined) return false;
  const values = readProperties(bytes);
  const [group, artifact] = [values.get('groupId'), values.get('artifactId')];
  return addKnown(reading, { group, artifact, version: values.get('version') });
}

function addProject(reading: Reading, item: ZipItem): boolean {
  const bytes = readItem(reading, item, TEXT_BYTES);
  const project = bytes === undefined ? undefined : readPomProject(bytes);
  return project !== undefined && addKnown(reading, project);
}

function addKnown(
  { list }: Reading,
  { group, artifact, version }: NonNullable<ReturnType<typeof readPomProject>>,
): boolean {
  if (!group || !artifact || !version || /\$\{/.test(group + artifact + version)) return false;
  list.add(`${group}:${artifact}`, version);
  return true;
}

/** Lines `key=value` of java.util.Properties, as Maven writes them. */
function readProperties(bytes: Uint8Array): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const at = /[=:]/.exec(text.slice(0, 256))?.index;
    if (at !== undefined && !/^\s*[#!]/.test(text.slice(0, 256))) {
      values.set(text.slice(0, at).trim(), text.slice(at + 1).trim());
    }
  }
  return values;
}

const MANIFEST = /^META-INF\/MANIFEST\.MF$/i;

function addByManifest(reading: Reading, items: readonly ZipItem[], path: string): void {
  const item = items.find(({ name }) => name.length < 64 && MANIFEST.test(name));
  const bytes = item && readItem(reading, item, TEXT_BYTES);
  const { name, version } = identify(readManifest(bytes ?? Buffer.alloc(0)), path);
  if (name !== undefined && version !== undefined) return reading.list.add(name, version);
  const label = JSON.stringify(path.slice(path.lastIndexOf('/') + 1).slice(0, 200));
  reading.list.remark(`does not say which package and version ${label} is`);
}

function readItem(reading: Reading, item: ZipItem, cap: number): Buffer | undefined {
  if (item.size > cap) {
    noteItem(reading, item, `it has ${item.size} bytes; at most ${cap} are read`);
    return undefined;
  }
  reading.left -= item.size;
  if (reading.left < 0) {
    noteItem(reading, item, `more than ${reading.most} bytes were read of the archive`);
    return undefined;
  }
  const content = item.read();
  if ('bytes' in content) return content.bytes;
  noteItem(reading, item, content.reason);
  return undefined;
}

function noteItem({ list }: Reading, { name }: ZipItem, reason: string): void {
  list.note(`has ${JSON.stringify(name.slice(0, 200))}, which was not read: ${reason}`);
}
