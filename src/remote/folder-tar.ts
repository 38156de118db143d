/**
 * A folder as one layer: the same tar for the same content, made while it is read. Links are
 * written down, never followed, and mounts are not entered, so nothing outside the folder is read.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { AssayError } from '../domain/error.ts';
import { openRegularFile, readRange } from './byte-range.ts';
import type { TarEntry } from './format-tar-header.ts';
import { formatTarHeader, TAR_END, tarPadding } from './format-tar-header.ts';
import { fileProblem } from './read-text-file.ts';

interface Walk {
  readonly root: string;
  /** The device of the root. */
  readonly device: number;
  readonly maxEntries: number;
  count: number;
}

const MODE_BITS = 0o7777;
const MAX_DEPTH = 200;

/**
 * A tar of a folder: sorted by name, owned by root, dated 1970; regular files, folders and symbolic
 * links only. What cannot be read or vanishes meanwhile is an error, since a scan without it would
 * look clean. Of folders that {@link isLeftOut} names, the contents are left out.
 */
export async function* tarFolder(
  root: string,
  maxEntries: number,
): AsyncGenerator<Uint8Array, void, void> {
  const { dev } = await reading(root, (path) => stat(path));
  yield* tarChildren({ root, device: dev, maxEntries, count: 0 }, '', 0);
  yield TAR_END;
}

async function* tarChildren(
  walk: Walk,
  path: string,
  depth: number,
): AsyncGenerator<Uint8Array, void, void> {
  if (depth > MAX_DEPTH) throw new AssayError('too-large', `${path} is nested too deeply`);
  const names = await reading(join(walk.root, path), (full) => readdir(full));
  for (const name of names.sort(compareText)) {
    walk.count += 1;
    if (walk.count > walk.maxEntries) {
      throw new AssayError('too-large', `${walk.root} has more than ${walk.maxEntries} entries`);
    }
    const child = path === '' ? name : `${path}/${name}`;
    const found = await reading(join(walk.root, child), (full) => lstat(full));
    if (found.isFile()) yield* tarFile(walk, child);
    else if (found.isSymbolicLink()) yield await tarLink(walk, child, found);
    else if (found.isDirectory()) {
      yield formatTarHeader(entryOf(`${child}/`, 'directory', found.mode));
      if (isLeftOut(child, found.dev !== walk.device)) continue;
      yield* tarChildren(walk, child, depth + 1);
    }
  }
}

/** Where the kernel shows itself; whatever lies there in an image is hidden while it runs. */
const KERNEL: ReadonlySet<string> = new Set(['proc', 'sys', 'dev']);
/** Where systems keep their packages. */
const SYSTEM = /^(?:etc|lib|usr|var)(?:\/|$)/;

/**
 * Tells whether a folder is not entered: `proc`, `sys` and `dev` of the root, and what is mounted
 * from another device. Throws `unsupported` for a mount where systems keep their packages.
 */
export function isLeftOut(path: string, isMount: boolean): boolean {
  if (KERNEL.has(path)) return true;
  if (!isMount || !SYSTEM.test(path)) return isMount;
  throw new AssayError(
    'unsupported',
    `${path} is a mount of its own, and packages may be recorded there; a folder is read on one ` +
      'device only: copy the file system into one folder and scan that',
  );
}

async function tarLink(walk: Walk, path: string, stat: Stats): Promise<Uint8Array> {
  const linkName = await reading(join(walk.root, path), (full) => readlink(full));
  return formatTarHeader({ ...entryOf(path, 'symlink', stat.mode), linkName });
}

async function* tarFile(walk: Walk, path: string): AsyncGenerator<Uint8Array, void, void> {
  const { handle, size, mode } = await openRegularFile(join(walk.root, path));
  try {
    yield formatTarHeader({ ...entryOf(path, 'file', mode), size });
    let written = 0;
    for await (const chunk of readRange(handle, 0, size)) {
      written += chunk.byteLength;
      yield chunk;
    }
    if (written !== size) {
      throw new AssayError('aborted', `${path} changed while it was read; scan a folder at rest`);
    }
    yield tarPadding(size);
  } finally {
    await handle.close();
  }
}

function entryOf(name: string, type: TarEntry['type'], mode: number): TarEntry {
  return { name, type, mode: mode & MODE_BITS, size: 0 };
}

async function reading<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path);
  } catch (error) {
    throw fileProblem(path, error);
  }
}

function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
