/**
 * Bytes that lie somewhere and can be read from their beginning any number of times: a file, a part
 * of an archive, a stream made on the fly, a document in memory.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, realpath } from 'node:fs/promises';

import { AssayError } from '../domain/error.ts';
import { fileProblem } from './read-text-file.ts';

/** Content of a known size; each `read` starts over. */
export interface ByteRange {
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

const CHUNK = 256 * 1024;
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A document in memory as a {@link ByteRange}. */
export function bytesRange(bytes: Uint8Array): ByteRange {
  return {
    size: bytes.byteLength,
    async *read() {
      yield bytes;
    },
  };
}

/** Opens a regular file; refuses symbolic links, devices and pipes, which could lead elsewhere. */
export async function openRegularFile(
  path: string,
): Promise<{ handle: FileHandle; size: number; mode: number }> {
  const handle = await open(path, OPEN_FLAGS).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  const stat = await handle.stat();
  if (stat.isFile()) return { handle, size: stat.size, mode: stat.mode };
  await handle.close();
  throw new AssayError('invalid-argument', `${path} is not a regular file; name one`);
}

/** Opens the regular file that a person named, which may well be a symbolic link. */
export async function openNamedFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  const real = await realpath(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  return openRegularFile(real);
}

/** A regular file as a {@link ByteRange}; it is opened anew for each reading. */
export async function fileRange(path: string): Promise<ByteRange> {
  const { handle, size } = await openRegularFile(path);
  await handle.close();
  return {
    size,
    async *read() {
      const file = await openRegularFile(path);
      try {
        yield* readRange(file.handle, 0, file.size);
      } catch (error) {
        throw error instanceof AssayError ? error : fileProblem(path, error);
      } finally {
        await file.handle.close();
      }
    },
  };
}

/** Reads a part of an open file, one chunk ahead of its consumer; ends early with the file. */
export async function* readRange(
  handle: FileHandle,
  start: number,
  size: number,
): AsyncGenerator<Uint8Array, void, void> {
  const end = start + size;
  let position = start;
  let next = readChunk(handle, position, end);
  try {
    for (;;) {
      const chunk = await next;
      if (chunk.byteLength === 0) return;
      position += chunk.byteLength;
      next = readChunk(handle, position, end);
      yield chunk;
    }
  } finally {
    // A consumer that stops early must not close the file under a running read.
    await next.catch(() => undefined);
  }
}

async function readChunk(handle: FileHandle, position: number, end: number): Promise<Uint8Array> {
  const length = Math.min(CHUNK, end - position);
  if (length <= 0) return new Uint8Array(0);
  const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
