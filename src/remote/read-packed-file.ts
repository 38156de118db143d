/**
 * The documents of one file: itself, plain or compressed by gzip or zstd, or those of a tar.
 * Nothing is written, so a name in a tar is only ever a label.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';

import { AssayError, isAssayError } from '../domain/error.ts';
import { MAGIC_BYTES, createDecoder } from '../image/decompress-layer.ts';
import { walkTar, type TarWalk } from '../image/walk-tar.ts';
import { fileProblem } from './read-text-file.ts';

/** One document, unparsed. */
export interface PackedDocument {
  /** Its path in a tar, else the file's name without the ending of its compression. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Caps on one file. */
export interface PackedLimits {
  /** Documents of a tar. */
  readonly entries: number;
  /** Bytes of one document. */
  readonly documentBytes: number;
  /** Bytes of all, unpacked. */
  readonly totalBytes: number;
}

/** What is read of a file. */
export interface PackedReading {
  readonly limits: PackedLimits;
  /** Which documents of a tar are wanted, by name. */
  readonly wants: (name: string) => boolean;
  /** A file that is no tar is cut after as many bytes; whole unless told. */
  readonly first?: number;
}

const CHUNK = 64 * 1024;
const TAR_MARK_AT = 257;

/** What is not unpacked here, by its first bytes, with the command that does. */
const FOREIGN: readonly (readonly [magic: string, command: string])[] = [
  ['425a68', 'bunzip2 -k'],
  ['fd377a585a00', 'xz -dk'],
];

/** What was decoded so far, and who takes it. */
interface Unpacking {
  readonly path: string;
  readonly reading: PackedReading;
  readonly ready: PackedDocument[];
  head: Buffer;
  tar: TarWalk | undefined;
  /** A file that is no tar. */
  readonly plain: Buffer[];
  size: number;
  count: number;
}

/**
 * Yields the documents of a file. Throws `unsupported` for bzip2 and xz, with the command that
 * unpacks them, `invalid-advisory` for a damaged file and `too-large` beyond a cap.
 */
export async function* readPackedFile(
  path: string,
  reading: PackedReading,
): AsyncGenerator<PackedDocument, void, void> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  try {
    yield* unpack(handle, startUnpacking(path, reading));
  } catch (error) {
    throw named(path, error);
  } finally {
    await handle.close();
  }
}

function startUnpacking(path: string, reading: PackedReading): Unpacking {
  const head = Buffer.alloc(0);
  return { path, reading, ready: [], head, tar: undefined, plain: [], size: 0, count: 0 };
}

async function* unpack(
  handle: FileHandle,
  state: Unpacking,
): AsyncGenerator<PackedDocument, void, void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
  const magic = buffer.subarray(0, bytesRead);
  refuseForeign(state.path, magic);
  const decoder = createDecoder(magic, {
    listener: (chunk) => takeChunk(state, chunk),
    nextTurn: setImmediate,
  });
  try {
    for (let at = 0; ;) {
      const read = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
      if (read.bytesRead === 0) break;
      at += read.bytesRead;
      await decoder.write(read.buffer.subarray(0, read.bytesRead));
      yield* state.ready.splice(0);
      if (state.tar === undefined && state.size >= (state.reading.first ?? Infinity)) break;
    }
    if (state.size < (state.reading.first ?? Infinity)) await decoder.end();
  } finally {
    decoder.destroy();
  }
  finish(state);
  yield* state.ready.splice(0);
}

function refuseForeign(path: string, magic: Buffer): void {
  const found = FOREIGN.find(([prefix]) => magic.toString('hex').startsWith(prefix));
  if (found === undefined) return;
  const message =
    `${path} is compressed in a way that is not read here; ` +
    `unpack it first: ${found[1]} ${path}`;
  throw new AssayError('unsupported', message);
}

function takeChunk(state: Unpacking, chunk: Buffer): void {
  const { limits } = state.reading;
  state.size += chunk.length;
  if (state.size > limits.totalBytes) throw tooMuch(state.path, `${limits.totalBytes} bytes`);
  if (state.tar !== undefined) state.tar.write(chunk);
  else takePlain(state, chunk);
}

/** The first bytes tell whether it is a tar. */
function takePlain(state: Unpacking, chunk: Buffer): void {
  state.plain.push(Buffer.from(chunk));
  if (state.head.length < TAR_MARK_AT + 5) {
    state.head = Buffer.concat([state.head, chunk.subarray(0, 512)]);
    if (state.head.toString('latin1', TAR_MARK_AT, TAR_MARK_AT + 5) === 'ustar') {
      state.tar = walkTar(listenerOf(state));
      for (const held of state.plain.splice(0)) state.tar.write(held);
      return;
    }
  }
  const { documentBytes } = state.reading.limits;
  if (state.size > documentBytes) throw tooMuch(state.path, `${documentBytes} bytes`);
}

function listenerOf(state: Unpacking): Parameters<typeof walkTar>[0] {
  const { limits, wants } = state.reading;
  let name = '';
  return {
    entry: (header) => {
      state.count += 1;
      if (state.count > limits.entries) throw tooMuch(state.path, `${limits.entries} files`);
      name = header.name;
      if (header.size === 0 || !wants(name)) return 'none';
      if (header.size > limits.documentBytes) {
        throw tooMuch(state.path, `${limits.documentBytes} bytes in one file`);
      }
      return 'whole';
    },
    content: (bytes) => {
      state.ready.push({ name, bytes: Buffer.from(bytes) });
    },
    piece: () => false,
  };
}

function finish(state: Unpacking): void {
  if (state.tar !== undefined) {
    if (state.reading.first === undefined) state.tar.end();
    return;
  }
  const bytes = Buffer.concat(state.plain).subarray(0, state.reading.first);
  state.ready.push({ name: unpackedName(state.path), bytes });
}

/** The name of what a compressed file holds. */
export function unpackedName(path: string): string {
  return basename(path).replace(/\.(?:gz|zst|zstd)$/, '');
}

function tooMuch(path: string, allowed: string): AssayError {
  const message = `${path} unpacks to more than ${allowed}; is it an advisory export?`;
  return new AssayError('too-large', message);
}

function named(path: string, error: unknown): unknown {
  if (isAssayError(error) && error.message.includes(path)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new AssayError(
    'invalid-advisory',
    `${path} cannot be unpacked (${why}); download it again`,
    { cause: error },
  );
}
