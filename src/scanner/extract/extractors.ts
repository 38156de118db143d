/** The table of what is read from an image's files; a new kind of file is a row here. */
import type { Json } from '../../domain/json.ts';
import type { ExtractedFile } from '../../domain/software-package.ts';
import type { LayerReader } from '../../image/read-layer.ts';
import { readApkInstalled } from './apk-installed.ts';
import { readChiselManifest } from './chisel-manifest.ts';
import { readContentSets } from './content-sets.ts';
import { readDpkgStatus, readOpkgStatus } from './dpkg-status.ts';
import { findLanguageFile } from './find-language-file.ts';
import { inspectFile } from './inspect-file.ts';
import { isStorePath } from './nix-path.ts';
import { readApkRepositories, readOsRelease } from './os-release.ts';
import {
  isFileList,
  OWNED_FILES,
  OWNED_FILES_CAP,
  readOwnedFiles,
  unreadOwnedFiles,
} from './owned-files.ts';
import { databaseToJson, type PackageDatabase } from './package-database.ts';
import { readLanguageFile, unreadLanguageFile } from './read-language-file.ts';
import { readReleaseFile, RELEASE_FILES } from './release-file.ts';
import { readRpmBdb } from './rpm-bdb.ts';
import { readRpmManifest } from './rpm-database.ts';
import { readRpmNdb } from './rpm-ndb.ts';
import { readRpmLog, readRpmSqlite } from './rpm-sqlite.ts';

/** One kind of a system's files that is read. */
export interface Extractor {
  readonly name: string;
  /** Clean paths of single files. */
  readonly files: readonly string[];
  /** Clean paths of directories whose direct children are read. */
  readonly directories: readonly string[];
  /** Which children are meant, by name; all unless told. */
  readonly children?: (name: string) => boolean;
  /** Most bytes of one file. */
  readonly cap: number;
  /** purl type of its packages, where it is a database of packages. */
  readonly type?: string;
  /** Never throws: what is wrong with a file is part of the data. */
  extract(path: string, bytes: Uint8Array): Json;
}

const MEBIBYTE = 1024 * 1024;

const OPKG_CONTROLS = 'opkg-control';
const CHISEL_MANIFEST = 'chisel-manifest';

/** Extractors whose files say nothing beside another database of the same type. */
export const STAND_INS: ReadonlySet<string> = new Set([OPKG_CONTROLS, CHISEL_MANIFEST]);

type DatabaseReader = (bytes: Uint8Array, path: string) => PackageDatabase;

const DPKG: Extractor = {
  name: 'dpkg-status',
  files: ['var/lib/dpkg/status'],
  directories: ['var/lib/dpkg/status.d'],
  children: (name) => !/\.(?:md5sums|list|conffiles)$/.test(name),
  cap: 32 * MEBIBYTE,
  type: 'deb',
  extract: (path, bytes) => databaseToJson(readDpkgStatus(bytes, path)),
};

/** Where opkg (OpenWrt, Yocto) keeps its database, in dpkg's format. */
const OPKG_FOLDERS = ['usr/lib/opkg', 'var/lib/opkg'];

const OPKG: Extractor = {
  name: 'opkg-status',
  files: OPKG_FOLDERS.map((folder) => `${folder}/status`),
  directories: [],
  cap: 32 * MEBIBYTE,
  type: 'opkg',
  extract: (path, bytes) => databaseToJson(readOpkgStatus(bytes, path)),
};

/** Ubuntu's packages that chisel cut; where a status is there too, that says more. */
const CHISEL: Extractor = {
  name: CHISEL_MANIFEST,
  files: ['var/lib/chisel/manifest.wall'],
  directories: [],
  cap: 16 * MEBIBYTE,
  type: 'deb',
  extract: (path, bytes) => databaseToJson(readChiselManifest(bytes, path)),
};

/** One file a package; where a status is there too, it has all of them. */
const OPKG_CONTROL: Extractor = {
  ...OPKG,
  name: OPKG_CONTROLS,
  files: [],
  directories: OPKG_FOLDERS.map((folder) => `${folder}/info`),
  children: (name) => name.endsWith('.control'),
  cap: MEBIBYTE,
};

const APK: Extractor = {
  name: 'apk-installed',
  files: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  directories: [],
  cap: 32 * MEBIBYTE,
  type: 'apk',
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

const RELEASE_FILE: Extractor = {
  name: 'release-file',
  files: RELEASE_FILES,
  directories: [],
  cap: MEBIBYTE / 4,
  extract: (path, bytes) => ({ ...readReleaseFile(bytes, path) }),
};

const CONTENT_SETS: Extractor = {
  name: 'content-sets',
  files: ['usr/share/buildinfo/content-sets.json'],
  directories: ['root/buildinfo/content_manifests'],
  children: (name) => name.endsWith('.json'),
  cap: MEBIBYTE,
  extract: (_path, bytes) => readContentSets(bytes),
};

/** Where rpm keeps its database: of old, since Fedora 36 and SUSE 15, and of rpm-ostree. */
const RPM_FOLDERS = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];

function rpmRow(name: string, bases: readonly string[], read: DatabaseReader): Extractor {
  return {
    name,
    files: RPM_FOLDERS.flatMap((folder) => bases.map((base) => `${folder}/${base}`)),
    directories: [],
    cap: 128 * MEBIBYTE,
    type: 'rpm',
    extract: (path, bytes) => databaseToJson(read(bytes, path)),
  };
}

const RPM_MANIFEST: Extractor = {
  ...rpmRow('rpm-manifest', [], readRpmManifest),
  files: ['var/lib/rpmmanifest/container-manifest-2'],
  cap: 16 * MEBIBYTE,
};

const RPM = [
  rpmRow('rpm-sqlite', ['rpmdb.sqlite'], readRpmSqlite),
  rpmRow('rpm-log', ['rpmdb.sqlite-wal', 'rpmdb.sqlite-journal'], readRpmLog),
  rpmRow('rpm-ndb', ['Packages.db'], readRpmNdb),
  rpmRow('rpm-bdb', ['Packages'], readRpmBdb),
  RPM_MANIFEST,
];

/** All extractors of systems; those of languages are the tables of find-language-file.ts. */
export const EXTRACTORS: readonly Extractor[] = [
  DPKG,
  CHISEL,
  OPKG,
  OPKG_CONTROL,
  APK,
  ...RPM,
  OS_RELEASE,
  RELEASE_FILE,
  APK_REPOSITORIES,
  CONTENT_SETS,
];

const BY_FILE = new Map(EXTRACTORS.flatMap((row) => row.files.map((path) => [path, row] as const)));
const BY_DIRECTORY = new Map(
  EXTRACTORS.flatMap((row) => row.directories.map((path) => [path, row] as const)),
);

/** The extractor that reads a system's file at this path. */
export function findExtractor(path: string): Extractor | undefined {
  const found = BY_FILE.get(path);
  if (found !== undefined) return found;
  const slash = path.lastIndexOf('/');
  const parent = BY_DIRECTORY.get(path.slice(0, Math.max(slash, 0)));
  return parent?.children?.(path.slice(slash + 1)) === false ? undefined : parent;
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
  wants: (path) => findReader(path)?.cap ?? 0,
  extract: (path, bytes) => extractAs(path, path, bytes),
  refuse: (path, reason) => refuseAs(path, path, reason),
  inspect: inspectFile,
  keeps: (path) => isStorePath(path) || isNameOnTheWay(path),
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
  const aliases = new Map(unread.toReversed().map(({ path, wanted }) => [path, wanted]));
  function wantedPath(path: string): string {
    if (findReader(path) !== undefined) return path;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const wanted = aliases.get(path.slice(0, end));
      if (wanted !== undefined) return wanted + path.slice(end);
    }
    return path;
  }
  return {
    wants: (path) => findReader(wantedPath(path))?.cap ?? 0,
    extract: (path, bytes) => extractAs(wantedPath(path), path, bytes),
    inspect: inspectFile,
    refuse: (path, reason) => refuseAs(wantedPath(path), path, reason),
  };
}

/** Who reads a file, whatever it is of, and what stands for it where it cannot be read. */
interface FileReader extends Pick<Extractor, 'name' | 'cap'> {
  readonly read: (path: string, bytes: Uint8Array) => Omit<ExtractedFile, 'extractor'>;
  readonly refuse?: (path: string, reason: string) => Json;
}

const OWNED: FileReader = {
  name: OWNED_FILES,
  cap: OWNED_FILES_CAP,
  read: (path, bytes) => ({ data: readOwnedFiles(path, bytes) }),
  refuse: unreadOwnedFiles,
};

const SYSTEM_READERS: ReadonlyMap<Extractor, FileReader> = new Map(
  EXTRACTORS.map((row) => {
    const { name, cap } = row;
    return [row, { name, cap, read: (path, bytes) => ({ data: row.extract(path, bytes) }) }];
  }),
);

function findReader(path: string): FileReader | undefined {
  const system = findExtractor(path);
  if (system !== undefined) return SYSTEM_READERS.get(system);
  if (isFileList(path)) return OWNED;
  const language = findLanguageFile(path);
  if (language === undefined) return undefined;
  return {
    name: language.name,
    cap: language.cap,
    read: (at, bytes) => {
      const database = readLanguageFile(language, bytes, at);
      const { nested } = database;
      return { data: databaseToJson(database), ...(nested && { nested }) };
    },
    // It counts as long as the file is there, not for ever as a problem of its layer.
    refuse: (at, reason) => databaseToJson(unreadLanguageFile(language, at, reason)),
  };
}

function extractAs(
  wanted: string,
  path: string,
  bytes: Uint8Array,
): ReturnType<LayerReader['extract']> {
  const reader = findReader(wanted);
  if (reader === undefined) return { problems: [] };
  return {
    extracted: { extractor: reader.name, ...reader.read(path, bytes) },
    problems: [],
  };
}

function refuseAs(wanted: string, path: string, reason: string): ExtractedFile | undefined {
  const reader = findReader(wanted);
  if (reader?.refuse === undefined) return undefined;
  return { extractor: reader.name, data: reader.refuse(path, reason) };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
