/** Reading a file that a person named: with a cap, and with errors that say what to do. */
import { open } from 'node:fs/promises';

import { AssayError } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error.ts';
import { tooLarge } from './verify-stream.ts';

const CHUNK = 64 * 1024;

const FILE_PROBLEMS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['not-found', 'does not exist; check the path'],
  ENOTDIR: ['not-found', 'does not exist; check the path'],
  EISDIR: ['invalid-argument', 'is a directory; name a file'],
  EACCES: ['failed-precondition', 'may not be read by this user; change its mode or the user'],
  EPERM: ['failed-precondition', 'may not be read by this user; change its mode or the user'],
  ELOOP: ['invalid-argument', 'is a symbolic link, which is not followed here'],
};

/** Reads a whole file or pipe; throws `too-large` beyond the cap (bytes), `not-found` for none. */
export async function readFileCapped(path: string, cap: number): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null);
      if (bytesRead === 0) return Buffer.concat(chunks, size);
      size += bytesRead;
      if (size > cap) throw tooLarge(path, cap);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    throw error instanceof AssayError ? error : fileProblem(path, error);
  } finally {
    await handle.close();
  }
}

/** Reads a whole UTF-8 text as {@link readFileCapped} does; a byte order mark is dropped. */
export async function readTextFile(path: string, cap: number): Promise<string> {
  const bytes = await readFileCapped(path, cap);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AssayError('invalid-argument', `${path} is not UTF-8 text; convert it`, { cause });
  }
}

/** Says what the system's error about a file means for whoever named it. */
export function fileProblem(path: string, error: unknown): AssayError {
  const code = systemCode(error);
  const [kind, text] = FILE_PROBLEMS[code] ?? ['unavailable', `cannot be read (${code})`];
  return new AssayError(kind, `${path} ${text}`, { cause: error });
}

function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
