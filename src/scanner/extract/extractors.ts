/** The table of what is read from an image's files; a new kind of file is a row here. */
import type { Json } from '../../domain/json.ts';
import type { LayerReader } from '../../image/read-layer.ts';
import { readApkInstalled } from './apk-installed.ts';
import { readDpkgStatus } from './dpkg-status.ts';
import { readApkRepositories, readOsRelease } from './os-release.ts';
import { databaseToJson } from './package-database.ts';

/** Part of the key of kept layer facts: grows with any change of what is read or how. */
export const EXTRACTOR_VERSION = 1;

/** One kind of file that is read. */
export interface Extractor {
  readonly name: string;
  /** Clean paths of single files. */
  readonly files: readonly string[];
  /** Clean paths of directories whose direct children are read. */
  readonly directories: readonly string[];
  /** Most bytes of one file. */
  readonly cap: number;
  /** Never throws: what is wrong with a file is part of the data. */
  extract(path: string, bytes: Uint8Array): Json;
}

const MEBIBYTE = 1024 * 1024;

const DPKG: Extractor = {
  name: 'dpkg-status',
  files: ['var/lib/dpkg/status'],
  directories: ['var/lib/dpkg/status.d'],
  cap: 32 * MEBIBYTE,
  extract: (path, bytes) => databaseToJson(readDpkgStatus(bytes, path)),
};

const APK: Extractor = {
  name: 'apk-installed',
  files: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  directories: [],
  cap: 32 * MEBIBYTE,
  extract: (path, bytes) => databaseToJson(readApkInstalled(bytes, path)),
};

const OS_RELEASE: Extractor = {
  name: 'os-release',
  files: ['etc/os-release', 'usr/lib/os-release'],
  directories: [],
  cap: MEBIBYTE / 4,
  extract: (_path, bytes) => ({ ...readOsRelease(bytes) }),
};

const APK_REPOSITORIES: Extractor = {
  name: 'apk-repositories',
  files: ['etc/apk/repositories'],
  directories: [],
  cap: MEBIBYTE,
  extract: (_path, bytes) => readApkRepositories(bytes),
};

/** All extractors. */
export const EXTRACTORS: readonly Extractor[] = [DPKG, APK, OS_RELEASE, APK_REPOSITORIES];

/** Files of `status.d` that are no stanzas. */
const NOT_STANZAS = /\.(?:md5sums|list|conffiles)$/;

/** The extractor that reads the file at this path. */
export function findExtractor(path: string): Extractor | undefined {
  const slash = path.lastIndexOf('/');
  const directory = path.slice(0, Math.max(slash, 0));
  return EXTRACTORS.find(
    ({ files, directories }) =>
      files.includes(path) || (directories.includes(directory) && !NOT_STANZAS.test(path)),
  );
}

const DIRECTORIES = new Set(EXTRACTORS.flatMap(({ directories }) => directories.map(lastPart)));
const NAMES = new Set(
  EXTRACTORS.flatMap(({ files, directories }) => [...files, ...directories]).flatMap((path) =>
    path.split('/'),
  ),
);

/**
 * Tells whether something at this path can come to lie, by way of linked directories, where an
 * extractor looks: that needs one of the names on the way there.
 */
export function isNameOnTheWay(path: string): boolean {
  const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  return NAMES.has(lastPart(path)) || DIRECTORIES.has(lastPart(parent));
}

/** Tells whether a link may lead to, or from, a directory whose children are read. */
export function mayLeadToDirectory(link: {
  readonly path: string;
  readonly target?: string;
}): boolean {
  const parts = `${link.path}/${link.target ?? ''}`.split('/');
  return parts.some((part) => DIRECTORIES.has(part));
}

/** What the first reading of a layer takes. */
export const layerReader: LayerReader = {
  wants: (path) => findExtractor(path)?.cap ?? 0,
  extract: (path, bytes) => extractAs(path, path, bytes),
  keeps: isNameOnTheWay,
};

/** A file that was reached by links and whose content has not been read. */
export interface UnreadFile {
  /** Where it lies, or would lie. */
  readonly path: string;
  /** The path that an extractor looks at; below it, where that is a directory. */
  readonly wanted: string;
}

/** The reader for a second reading of all layers: it also takes these, and keeps every entry. */
export function extendedLayerReader(unread: readonly UnreadFile[]): LayerReader {
  function wantedPath(path: string): string {
    if (findExtractor(path) !== undefined) return path;
    for (const alias of unread) {
      if (path === alias.path) return alias.wanted;
      if (path.startsWith(`${alias.path}/`)) return alias.wanted + path.slice(alias.path.length);
    }
    return path;
  }
  return {
    wants: (path) => findExtractor(wantedPath(path))?.cap ?? 0,
    extract: (path, bytes) => extractAs(wantedPath(path), path, bytes),
  };
}

function extractAs(
  wanted: string,
  path: string,
  bytes: Uint8Array,
): ReturnType<LayerReader['extract']> {
  const extractor = findExtractor(wanted);
  if (extractor === undefined) return { problems: [] };
  return {
    extracted: { extractor: extractor.name, data: extractor.extract(path, bytes) },
    problems: [],
  };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
