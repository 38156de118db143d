/**
 * Files that are whole or absent whatever dies: written under another name, synced, renamed, and
 * the folder synced. Links are never followed on the way, so nothing outside a root is written.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';

/** A file below a root: the folders on the way, which are made as needed, and its name. */
export interface FilePlace {
  readonly root: string;
  readonly folders: readonly string[];
  readonly name: string;
}

/** Where a file is, as a path. */
export function pathOf({ root, folders, name }: FilePlace): string {
  return join(root, ...folders, name);
}

/** Makes the folders below a root; refuses, with `failed-precondition`, a link in the way. */
export async function makeFolders(root: string, folders: readonly string[]): Promise<string> {
  let path = root;
  for (const folder of folders) {
    const parent = path;
    path = join(parent, folder);
    if (await makeFolder(path)) await syncFolder(parent);
  }
  return path;
}

/** Opens a new file for writing; refuses an existing one. */
export function createFile(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o644);
}

/** Writes a whole chunk at an offset in bytes. */
export async function writeAll(file: FileHandle, chunk: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const rest = chunk.subarray(done);
    done += (await file.write(rest, 0, rest.length, offset + done)).bytesWritten;
  }
}

/** Moves a synced file to its place, replacing what is there, and makes that last. */
export async function moveIntoPlace(path: string, place: FilePlace): Promise<void> {
  const folder = await makeFolders(place.root, place.folders);
  await rename(path, pathOf(place));
  await syncFolder(folder);
}

/** Puts a small file in its place at once, by way of a temporary path of the same file system. */
export async function putFile(
  place: FilePlace,
  content: Uint8Array,
  temporary: string,
): Promise<void> {
  try {
    await writeNew(temporary, content);
    await moveIntoPlace(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Writes a new file and makes its content last. */
export async function writeNew(path: string, content: Uint8Array): Promise<void> {
  const file = await createFile(path);
  try {
    await writeAll(file, content, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes a file and makes that last; tells whether there was one. */
export async function removeFile(place: FilePlace): Promise<boolean> {
  try {
    await refuseLinks(place);
    await rm(pathOf(place));
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  await syncFolder(join(place.root, ...place.folders));
  return true;
}

/** Opens a regular file for reading, with its size in bytes; undefined: there is none. */
export async function openFile(
  path: string,
): Promise<{ readonly file: FileHandle; readonly size: number } | undefined> {
  const file = await openUnlinked(path);
  if (file === undefined) return undefined;
  const found = await file.stat();
  if (found.isFile()) return { file, size: found.size };
  await file.close();
  throw notOurs(path, 'a file');
}

/** Reads a file of at most `cap` bytes; undefined: there is none. */
export async function readSmallFile(path: string, cap: number): Promise<Buffer | undefined> {
  const opened = await openFile(path);
  if (opened === undefined) return undefined;
  const { file, size } = opened;
  try {
    if (size > cap) {
      throw new AssayError('too-large', `${path} has ${size} bytes; at most ${cap} are read`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Tells whether an error says that a path does not exist. */
export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR');
}

/** Tells whether an error of the system has one of its codes, e.g. `ENOSPC`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function openUnlinked(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw hasCode(error, 'ELOOP') ? notOurs(path, 'a file') : error;
  }
}

/** Makes one folder; tells whether it was not there. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  await refuseLink(path);
  return false;
}

async function refuseLinks({ root, folders }: FilePlace): Promise<void> {
  let path = root;
  for (const folder of folders) {
    path = join(path, folder);
    await refuseLink(path);
  }
}

async function refuseLink(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) throw notOurs(path, 'a folder');
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function notOurs(path: string, wanted: string): AssayError {
  return new AssayError(
    'failed-precondition',
    `${path} is not ${wanted} (links are not followed); remove it, or use another folder`,
  );
}
