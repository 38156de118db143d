/**
 * A file that passes by in chunks: short patterns are found even where two chunks meet, and pieces
 * of it are kept from an offset on, for as long as somebody wants more of them.
 */

/** What is at hand: a chunk, or the end of what was there before and what follows it. */
export interface ByteWindow {
  readonly bytes: Buffer;
  /** Where in the file the first of these bytes is. */
  readonly start: number;
  /** How many of the bytes were at hand before. */
  readonly seen: number;
  /** What begins here or later is left to the next window. */
  readonly until: number;
}

/**
 * Looks at a piece that is as long as it was wanted to be, or shorter where the file has ended;
 * answers how long it should be, or undefined to let go of it.
 */
export type Grow = (piece: Buffer, ended: boolean) => number | undefined;

/** The chunks of one file. */
export interface ByteStream {
  /** Takes the chunk and shows it in windows; the bytes are only valid during the call. */
  push(chunk: Uint8Array, look: (window: ByteWindow) => void): void;
  /** Keeps bytes from this offset of the file on; earlier than the window is too late. */
  keep(offset: number, length: number, grow: Grow): void;
  end(): void;
}

/** How many bytes come again where two chunks meet: patterns are no longer than this. */
const OVERLAP = 64;
/** A chunk up to this size is put behind the last bytes before it; others are not copied. */
const SMALL = 4096;
/** Most pieces that are kept at a time. */
const PIECES = 16;

interface Piece {
  readonly offset: number;
  readonly parts: Buffer[];
  readonly grow: Grow;
  length: number;
  wanted: number;
}

/** Begins with an empty window. */
export function newByteStream(): ByteStream {
  let window: ByteWindow = { bytes: Buffer.alloc(0), start: 0, seen: 0, until: 0 };
  let pieces: Piece[] = [];
  const feedAll = (): void => {
    const waiting = pieces;
    // Whoever gets a piece may ask for another one.
    pieces = [];
    for (const piece of waiting) if (feed(piece, window)) pieces.push(piece);
  };
  return {
    push: (chunk, look) => {
      for (const next of nextWindows(window, chunk)) {
        window = next;
        feedAll();
        look(window);
      }
      window = { ...window, bytes: lastBytes(window), start: endOf(window) };
    },
    keep: (offset, length, grow) => {
      if (offset < window.start || pieces.length >= PIECES) return;
      const piece = { offset, parts: [], grow, length: 0, wanted: length };
      if (feed(piece, window)) pieces.push(piece);
    },
    end: () => {
      for (const { parts, grow } of pieces) grow(Buffer.concat(parts), true);
      pieces = [];
    },
  };
}

/** The seam between what was there before and a large chunk is a window of its own. */
function nextWindows({ bytes, start }: ByteWindow, chunk: Uint8Array): readonly ByteWindow[] {
  const seen = bytes.length;
  if (chunk.length <= SMALL) {
    const all = Buffer.concat([bytes, chunk]);
    return [{ bytes: all, start, seen, until: all.length }];
  }
  const whole = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  const last = { bytes: whole, start: start + seen, seen: 0, until: whole.length };
  if (seen === 0) return [last];
  const seam = Buffer.concat([bytes, whole.subarray(0, OVERLAP)]);
  return [{ bytes: seam, start, seen, until: seen }, last];
}

/** A copy of what comes again: the bytes of a chunk are gone after the call. */
function lastBytes({ bytes }: ByteWindow): Buffer {
  return Buffer.from(bytes.subarray(Math.max(bytes.length - OVERLAP, 0)));
}

function endOf({ bytes, start }: ByteWindow): number {
  return start + Math.max(bytes.length - OVERLAP, 0);
}

/** Answers whether the piece wants more than the window has. */
function feed(piece: Piece, { bytes, start }: ByteWindow): boolean {
  for (;;) {
    const from = piece.offset + piece.length - start;
    const part = bytes.subarray(from, from + piece.wanted - piece.length);
    if (part.length > 0) piece.parts.push(Buffer.from(part));
    piece.length += part.length;
    if (piece.length < piece.wanted) return true;
    const wanted = piece.grow(Buffer.concat(piece.parts), false);
    if (wanted === undefined || wanted <= piece.length) return false;
    piece.wanted = wanted;
  }
}

/** Bytes to look for, and which of them are looked for first. */
export interface BytePattern {
  readonly bytes: Buffer;
  /**
   * Where those begin that are seldom in programs, first of all the first one: a search stops at
   * each place that has it. `\xff` is the most usual byte of a program after zero.
   */
  readonly core: number;
}

/** A short search compares many bytes at once, a longer one does not. */
const CORE = 4;

/** Where in the window the pattern begins, each place once over all windows. */
export function* findBytes(
  { bytes, seen, until }: ByteWindow,
  pattern: BytePattern,
  span: number = pattern.bytes.length,
): Generator<number> {
  const core = pattern.bytes.subarray(pattern.core, pattern.core + CORE);
  const end = Math.min(until, bytes.length - span + 1) + pattern.core;
  let at = bytes.indexOf(core, Math.max(seen - span + 1, 0) + pattern.core);
  for (; at !== -1 && at < end; at = bytes.indexOf(core, at + 1)) {
    if (isAt(bytes, pattern.bytes, at - pattern.core)) yield at - pattern.core;
  }
}

function isAt(bytes: Buffer, pattern: Buffer, at: number): boolean {
  return pattern.length <= CORE || pattern.compare(bytes, at, at + pattern.length) === 0;
}
