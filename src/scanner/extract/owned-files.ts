/**
 * Which files of languages belong to packages of the system: its advisories speak of them, with
 * versions of their own, so that upstream's would be wrong. Only paths that may matter are kept.
 */
import type { Json } from '../../domain/json.ts';
import { findLanguageFile } from './find-language-file.ts';

/** The files of one package of the system. */
export interface OwnedFiles {
  /** The package's name. */
  readonly owner: string;
  /** Clean paths, links in them not followed. */
  readonly files: readonly string[];
}

/** The extractor's name. */
export const OWNED_FILES = 'dpkg-files';
/** Most bytes of a list that are read: 16 MiB. */
export const OWNED_FILES_CAP = 16 * 1024 * 1024;
const LINES = 500_000;
const FILES = 20_000;

/** dpkg's lists, and the checksums that distroless images have in their place. */
const LISTS = [
  { folder: 'var/lib/dpkg/info/', ending: '.list' },
  { folder: 'var/lib/dpkg/status.d/', ending: '.md5sums' },
];

/** Tells whether a file lists the files of one package. */
export function isFileList(path: string): boolean {
  return (
    path.startsWith('var/lib/dpkg/') &&
    LISTS.some(({ folder, ending }) => path.startsWith(folder) && path.endsWith(ending))
  );
}

/** Reads a list: a path a line, after a checksum where there is one. Too many are left out. */
export function readOwnedFiles(path: string, bytes: Uint8Array): Json {
  const files: string[] = [];
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  for (const line of text.split('\n', LINES)) {
    const file = cleanListed(line);
    if (files.length < FILES && isOwnable(file)) files.push(file);
  }
  return { owner: ownerOf(path), files };
}

/** A list that was not read: nothing is known to belong to its package. */
export function unreadOwnedFiles(path: string): Json {
  return { owner: ownerOf(path), files: [] };
}

/** The value that {@link readOwnedFiles} made. */
export function ownedFilesFromJson(json: Json): OwnedFiles {
  return json as unknown as OwnedFiles;
}

/** Tells whether it matters whom a file belongs to: packages of a language may be read from it. */
export function isOwnable(path: string): boolean {
  return path.length <= 4096 && (findLanguageFile(path) !== undefined || mayBeExecutable(path));
}

const PROGRAM_FOLDERS: ReadonlySet<string> = new Set(['bin', 'sbin', 'libexec', 'games']);

/** Executables are told by their bytes; by their paths, those of the usual folders may be some. */
function mayBeExecutable(path: string): boolean {
  const slash = path.lastIndexOf('/');
  const parent = path.slice(path.lastIndexOf('/', slash - 1) + 1, Math.max(slash, 0));
  if (PROGRAM_FOLDERS.has(parent)) return true;
  return path.startsWith('usr/lib') && !path.includes('.', slash);
}

function cleanListed(line: string): string {
  if (line.startsWith('/')) return line.slice(1);
  return /^[0-9a-f]{32} {2}/.test(line) ? line.slice(34) : line;
}

/** `libc6` of `…/libc6:amd64.list`. */
function ownerOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1, path.lastIndexOf('.'));
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(0, colon);
}
