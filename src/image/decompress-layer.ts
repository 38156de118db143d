/**
 * Turns a layer's bytes as received into its tar, told by magic bytes and never by media type.
 * zlib works in its own threads; what is done with a chunk runs while it makes the next ones.
 */
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { AssayError } from '../domain/error.ts';
import { invalid } from './json-document.ts';
import { newSliceQueue, type NextTurn } from './slice-queue.ts';

/** A decoder that takes chunks and hands out decoded ones. */
export interface Decoder {
  /** Takes a chunk; resolves when the next one may come. Throws `invalid-image` on damage. */
  write(chunk: Buffer): Promise<void>;
  /** Resolves when all was handed out; throws `invalid-image` where the stream stops early. */
  end(): Promise<void>;
  /** Frees everything at once; nothing is handed out any more. */
  destroy(): void;
}

/** How many first bytes {@link createDecoder} looks at. */
export const MAGIC_BYTES = 6;

/** Reading and writing in pieces of this size is measurably faster than zlib's 16 KiB. */
const CHUNK_BYTES = 256 * 1024;

/** Most zstd frames of a layer; writers that make one for each file stay well below. */
const FRAMES = 200_000;

/**
 * Chunks that zlib has at a time: it goes on with the next by itself, while another is fetched. A
 * stream's own mark is of no use, since it drains only once all of them are gone.
 */
const AHEAD = 2;

const OPTIONS = {
  chunkSize: CHUNK_BYTES,
  writableHighWaterMark: AHEAD * CHUNK_BYTES,
  // While its reader pauses zlib makes one more chunk and no second one.
  readableHighWaterMark: 1,
};

/** Who gets the decoded bytes, and when the next ones. */
export interface DecoderOptions {
  /** Looks at the next bytes, which are only valid during the call; may throw to stop. */
  readonly listener: (chunk: Buffer) => void;
  /** Without it they are looked at as soon as zlib has its next work. */
  readonly nextTurn?: NextTurn | undefined;
}

/** The decoder for a layer that begins with these bytes; refuses bzip2 and xz by name. */
export function createDecoder(magic: Buffer, options: DecoderOptions): Decoder {
  const hex = magic.toString('hex');
  if (hex.startsWith('1f8b')) return zlibDecoder({ name: 'gzip', create: gunzip, ...options });
  if (/^(?:28b52ffd|5.2a4d18)/.test(hex)) {
    return zlibDecoder({ name: 'zstd', create: unzstd, ...options });
  }
  if (hex.startsWith('425a68')) throw unknownCompression('bzip2');
  if (hex.startsWith('fd377a585a00')) throw unknownCompression('xz');
  return plainDecoder(options);
}

function gunzip(): Gunzip {
  return createGunzip(OPTIONS);
}

function unzstd(): ZstdDecompress {
  return createZstdDecompress(OPTIONS);
}

function unknownCompression(name: string): Error {
  return invalid(`the layer is compressed with ${name}; gzip, zstd and plain tar are read`);
}

function plainDecoder({ listener }: DecoderOptions): Decoder {
  return {
    write: async (chunk) => listener(chunk),
    end: async () => {},
    destroy: () => {},
  };
}

interface ZlibOptions extends DecoderOptions {
  readonly name: 'gzip' | 'zstd';
  readonly create: () => Gunzip | ZstdDecompress;
}

interface ZlibRun {
  readonly stream: Gunzip | ZstdDecompress;
  /** Chunks written and perhaps not yet consumed; `start` is the place of the first. */
  chunks: Buffer[];
  start: number;
  /** Chunks that zlib has not gone through yet. */
  pending: number;
  /** Set where zlib takes no more of this stream; what it made may still wait. */
  isOver: boolean;
  state: 'open' | 'ended' | 'destroyed';
  failure: Error | undefined;
  /** Called when something changed that a waiter may wait for. */
  wake: () => void;
}

function zlibDecoder(options: ZlibOptions): Decoder {
  let run = startRun(options);
  let frames = 1;
  async function write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    keep(run, chunk);
    if (run.state === 'open') await give(run, chunk);
    await continueAfterFrame();
  }
  /** Node's stream ends with a zstd frame that input follows; that input needs a new one. */
  async function continueAfterFrame(): Promise<void> {
    while (run.state === 'ended' && unconsumed(run).length > 0) {
      const rest = unconsumed(run);
      frames += 1;
      run = restart(run, options, frames);
      keep(run, rest);
      await give(run, rest);
    }
  }
  async function end(): Promise<void> {
    while (run.state === 'open') {
      run.stream.end();
      await waitFor(run, () => false);
      await continueAfterFrame();
    }
  }
  return { write, end, destroy: () => stop(run) };
}

function startRun(options: ZlibOptions): ZlibRun {
  const stream = options.create();
  const run: ZlibRun = {
    stream,
    chunks: [],
    start: 0,
    pending: 0,
    isOver: false,
    state: 'open',
    failure: undefined,
    wake: () => {},
  };
  const fail = (failure: Error): void => {
    run.failure ??= failure;
    run.wake();
  };
  const queue = newSliceQueue({
    take: (slice) => handOut(run, options, slice),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    nextTurn: options.nextTurn ?? queueMicrotask,
  });
  const ended = (): void => {
    if (run.state === 'open') run.state = 'ended';
    run.wake();
  };
  const damaged = (cause: Error): void =>
    fail(invalid(`the layer's ${options.name} stream is damaged: ${cause.message}`, cause));
  stream.on('data', (chunk: Buffer) => queue.push(chunk));
  stream.on('end', () => {
    run.isOver = true;
    // Else it would take what was written meanwhile for a part of the same frame.
    stream.destroy();
    queue.end(ended);
  });
  // What came before the damage is looked at first: facts do not hang on who was faster.
  stream.on('error', (cause) => {
    run.isOver = true;
    queue.end(() => damaged(cause));
  });
  return run;
}

/** What goes wrong here goes to who writes. */
function handOut(run: ZlibRun, options: ZlibOptions, slice: Buffer): void {
  if (run.state === 'destroyed' || run.failure !== undefined) return;
  try {
    options.listener(slice);
  } catch (failure) {
    run.failure =
      failure instanceof Error ? failure : new Error('not an error', { cause: failure });
    run.stream.destroy();
    run.wake();
  }
}

function restart(run: ZlibRun, options: ZlibOptions, frames: number): ZlibRun {
  if (options.name === 'gzip')
    throw invalid('the layer has bytes after the end of its gzip stream');
  if (frames > FRAMES) {
    throw new AssayError('too-large', `the layer has more than ${FRAMES} zstd frames`);
  }
  run.stream.destroy();
  return startRun(options);
}

/** Resolves when zlib may have another chunk. */
async function give(run: ZlibRun, chunk: Buffer): Promise<void> {
  if (!run.isOver) {
    run.pending += 1;
    run.stream.write(chunk, () => {
      run.pending -= 1;
      run.wake();
    });
  }
  await waitFor(run, () => !run.isOver && run.pending < AHEAD);
}

function stop(run: ZlibRun): void {
  run.state = 'destroyed';
  run.stream.destroy();
  run.wake();
}

function keep(run: ZlibRun, chunk: Buffer): void {
  let first = run.chunks[0];
  while (first !== undefined && run.start + first.length <= run.stream.bytesWritten) {
    run.start += first.length;
    run.chunks.shift();
    first = run.chunks[0];
  }
  run.chunks.push(chunk);
}

function unconsumed(run: ZlibRun): Buffer {
  const [first] = run.chunks;
  const all = run.chunks.length === 1 && first ? first : Buffer.concat(run.chunks);
  return all.subarray(run.stream.bytesWritten - run.start);
}

/** Waits until it holds, the stream ended or was stopped; throws what went wrong. */
async function waitFor(run: ZlibRun, holds: () => boolean): Promise<void> {
  while (run.state === 'open' && run.failure === undefined && !holds()) {
    await new Promise<void>((resolve) => {
      run.wake = resolve;
    });
  }
  if (run.failure !== undefined) throw run.failure;
}
