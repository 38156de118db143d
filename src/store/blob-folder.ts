/**
 * A folder of content by digest, of which `assay registry serve` is the face. A blob is a file
 * named by the SHA-256 of its bytes and appears whole or not at all; every path is made of checked
 * digests, tags and names only.
 *
 * `blobs/sha256/HEX` bytes · `repositories/NAME/_manifests/HEX` media type · `…/_tags/TAG` digest
 * · `uploads/ID` what is being written · `registry-version` marks the folder as one of these.
 */
import { type Hash, createHash } from 'node:crypto';
import { type FileHandle, lstat, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Digest, digestAlgorithm } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { registryError } from '../domain/registry-error.ts';
import type { Micros } from '../domain/time.ts';
import {
  type FilePlace,
  createFile,
  makeFolders,
  openFile,
  pathOf,
  putFile,
  readSmallFile,
  writeNew,
} from './durable-file.ts';

/** Caps of a blob folder. */
export interface BlobFolderLimits {
  /** Largest blob, in bytes. */
  readonly blobBytes: number;
  /** Largest manifest, in bytes; distribution-spec asks for at least 4 MiB. */
  readonly manifestBytes: number;
  /** Uploads that may be open at once; the one that was longest idle makes room for a new one. */
  readonly uploads: number;
}

/** How a blob folder is opened. */
export interface BlobFolderOptions {
  readonly folder: string;
  /** Never writes; the folder must have been written before. */
  readonly readOnly?: boolean;
  readonly now: () => Micros;
  /** UUIDv7. */
  readonly newId: () => string;
  /** Caps that differ from the defaults. */
  readonly limits?: Partial<BlobFolderLimits>;
}

/** An upload that was begun and not yet finished. */
export interface OpenUpload {
  readonly repository: RepositoryPath;
  readonly path: string;
  readonly file: FileHandle;
  readonly hash: Hash;
  /** Bytes written and hashed. */
  offset: number;
  /** A request is writing to it now. */
  busy: boolean;
}

/** An open blob folder, handed to every function that works on one. */
export interface BlobFolder {
  /** Real path of the folder. */
  readonly root: string;
  readonly readOnly: boolean;
  readonly limits: BlobFolderLimits;
  readonly newId: () => string;
  /** By id, the longest idle first. */
  readonly uploads: Map<string, OpenUpload>;
}

/** First and last byte of a part of a blob, both inside it. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

const DEFAULT_LIMITS: BlobFolderLimits = {
  blobBytes: 16 * 1024 ** 3,
  manifestBytes: 4 * 1024 ** 2,
  uploads: 256,
};

const UPLOADS = 'uploads';
const MARK = 'registry-version';
const VERSION = '1';
/** An upload of another process that was written to within this time may still be alive. */
const STALE_UPLOAD: Micros = 3600 * 1_000_000;
const READ_BYTES = 256 * 1024;

/**
 * Opens a folder, making it where it does not exist. Refuses one with other things in it, one of a
 * newer version, and, read-only, one that is none. Clears what dead processes left half-written.
 */
export async function openBlobFolder(options: BlobFolderOptions): Promise<BlobFolder> {
  const readOnly = options.readOnly === true;
  if (!readOnly) await mkdir(options.folder, { recursive: true });
  const folder: BlobFolder = {
    root: await realFolder(options.folder),
    readOnly,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    newId: options.newId,
    uploads: new Map(),
  };
  if (await isMarked(folder)) {
    if (!readOnly) await removeStaleUploads(folder, options.now());
  } else await mark(folder);
  return folder;
}

/** Drops the uploads that were not finished. What was finished is on disk already. */
export async function closeBlobFolder(folder: BlobFolder): Promise<void> {
  await Promise.all([...folder.uploads.keys()].map((id) => dropUpload(folder, id)));
}

/** Forgets an upload and removes its file; one that is not there is no error. */
export async function dropUpload(folder: BlobFolder, id: string): Promise<void> {
  const upload = folder.uploads.get(id);
  if (upload === undefined) return;
  folder.uploads.delete(id);
  await upload.file.close();
  await rm(upload.path, { force: true });
}

/** Begins an upload; throws `TOOMANYREQUESTS` while all that may be open are being written. */
export async function startUpload(folder: BlobFolder, repository: RepositoryPath): Promise<string> {
  await makeRoom(folder);
  const id = folder.newId();
  const path = await temporaryPath(folder, id);
  const file = await createFile(path);
  const hash = createHash('sha256');
  folder.uploads.set(id, { repository, path, file, hash, offset: 0, busy: false });
  return id;
}

/** Keeps a small blob; the caller has its digest. */
export async function putBlob(
  folder: BlobFolder,
  digest: Digest,
  bytes: Uint8Array,
): Promise<void> {
  await putSmallFile(folder, blobPlace(folder, digest), bytes);
}

/** Puts a small file of this folder in its place, whole or not at all. */
export async function putSmallFile(
  folder: BlobFolder,
  place: FilePlace,
  content: Uint8Array,
): Promise<void> {
  await putFile(place, content, await temporaryPath(folder, folder.newId()));
}

/** The size of a blob in bytes; undefined: it is not here. */
export async function findBlob(folder: BlobFolder, digest: Digest): Promise<number | undefined> {
  const found = await openFile(pathOf(blobPlace(folder, digest)));
  await found?.file.close();
  return found?.size;
}

/** Streams a blob or a part of it; throws `BLOB_UNKNOWN`. Whoever asks reads it or destroys it. */
export async function readBlob(
  folder: BlobFolder,
  digest: Digest,
  span?: ByteSpan,
): Promise<Readable> {
  const found = await openFile(pathOf(blobPlace(folder, digest)));
  if (found === undefined) throw registryError('BLOB_UNKNOWN', `blob ${digest} is not here`);
  return found.file.createReadStream({ ...span, highWaterMark: READ_BYTES });
}

/** Where a blob is; refuses digests that are not SHA-256, by which alone content is kept here. */
export function blobPlace(folder: BlobFolder, digest: Digest): FilePlace {
  return { root: folder.root, folders: ['blobs', 'sha256'], name: hexOf(digest) };
}

/** The hex digits of a SHA-256 digest; refuses other algorithms by name. */
export function hexOf(digest: Digest): string {
  const algorithm = digestAlgorithm(digest);
  if (algorithm === 'sha256') return digest.slice('sha256:'.length);
  throw registryError(
    'DIGEST_INVALID',
    `digest ${digest.slice(0, 20)}… is ${algorithm}; this registry keeps content by sha256 only`,
  );
}

async function temporaryPath(folder: BlobFolder, id: string): Promise<string> {
  return join(await makeFolders(folder.root, [UPLOADS]), id);
}

async function makeRoom(folder: BlobFolder): Promise<void> {
  const { uploads, limits } = folder;
  if (uploads.size < limits.uploads) return;
  const idle = [...uploads].find(([, upload]) => !upload.busy);
  if (idle !== undefined) return dropUpload(folder, idle[0]);
  throw registryError(
    'TOOMANYREQUESTS',
    `${uploads.size} uploads are being written, which is the most; try again when one has ended`,
  );
}

async function realFolder(path: string): Promise<string> {
  try {
    const root = await realpath(path);
    if ((await stat(root)).isDirectory()) return root;
  } catch (cause) {
    throw new AssayError('not-found', `there is no folder ${path}; name one`, { cause });
  }
  throw new AssayError('invalid-argument', `${path} is not a folder; name one`);
}

async function isMarked({ root }: BlobFolder): Promise<boolean> {
  const content = await readSmallFile(join(root, MARK), 64);
  if (content === undefined) return false;
  const version = content.toString('latin1').trim();
  // Empty: the process died between making the mark and writing it.
  if (version === VERSION || version === '') return true;
  throw new AssayError(
    'failed-precondition',
    `${root} was written by a registry of version ${JSON.stringify(version)}, this one knows ` +
      `version ${VERSION}; use the newer assay`,
  );
}

async function mark({ root, readOnly }: BlobFolder): Promise<void> {
  const others = (await readdir(root)).filter((name) => name !== 'lost+found');
  if (readOnly || others.length > 0) {
    const fix = readOnly
      ? 'start once without --read-only and push to it'
      : 'name an empty or a new folder';
    throw new AssayError('failed-precondition', `${root} is not a registry's folder; ${fix}`);
  }
  await writeNew(join(root, MARK), Buffer.from(`${VERSION}\n`));
}

async function removeStaleUploads({ root }: BlobFolder, now: Micros): Promise<void> {
  const folder = await makeFolders(root, [UPLOADS]);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    const stale = found?.isFile() === true && found.mtimeMs * 1000 < now - STALE_UPLOAD;
    if (stale) await rm(path, { force: true });
  }
}
