/**
 * Finds cargo-auditable's data in an executable that passes by. The table that names its section
 * stands at the file's end, when the section is gone; so what may begin such data is tried. Of the
 * places that look like compressed data almost none have a code that can be decoded.
 */
import { findBytes, type ByteStream, type ByteWindow } from './byte-stream.ts';
import type { Segment } from './executable-segments.ts';
import type { PackageDatabase } from './package-database.ts';
import { auditPackages, startsAuditData } from './rust-audit-data.ts';

/** Watches for it. */
export interface RustFinder {
  look(window: ByteWindow, segments: readonly Segment[]): void;
  found(): PackageDatabase | undefined;
}

/** zlib's header at its usual and its higher levels; cargo-auditable writes the second. */
const HEADERS = ['789c', '78da'].map((hex) => ({ bytes: Buffer.from(hex, 'hex'), core: 0 }));
/** How many bytes show whether something may begin. */
const SPAN = 24;
const START = 512;
const FIRST = 64 * 1024;
/** Most bytes of compressed data. */
const DATA = 4 * 1024 * 1024;
/** Most places of a file that are tried by decompressing. */
const TRIES = 2000;

/** Begins to look. */
export function newRustFinder(stream: ByteStream, path: string): RustFinder {
  let found: PackageDatabase | undefined;
  let tries = 0;
  const grow = (piece: Buffer, ended: boolean): number | undefined => {
    if (found !== undefined) return undefined;
    if (piece.length <= START && !startsAuditData(piece)) return undefined;
    found = auditPackages(piece, path);
    if (found !== undefined || ended || piece.length >= DATA) return undefined;
    return piece.length < FIRST ? FIRST : piece.length * 4;
  };
  return {
    look: (window, segments) => {
      for (const at of HEADERS.flatMap((header) => [...findBytes(window, header, SPAN)])) {
        if (found !== undefined || tries >= TRIES) return;
        if (!mayBeginJson(window.bytes, at) || isCode(segments, window.start + at)) continue;
        tries += 1;
        stream.keep(window.start + at, START, grow);
      }
    },
    found: () => found,
  };
}

function isCode(segments: readonly Segment[], offset: number): boolean {
  const found = segments.find((item) => offset >= item.offset && offset < item.offset + item.size);
  return found?.executable ?? false;
}

const BRACE = 0x7b;
/** The fixed code of the brace (RFC 1951, 3.2.6), as its bits are stored. */
const FIXED_BRACE = 0xd5;

/** RFC 1951: the header leads to a block whose code is whole, or whose text is an object. */
function mayBeginJson(bytes: Buffer, at: number): boolean {
  const block = at + 2;
  const first = bytes[block] ?? 0;
  const kind = (first >> 1) & 3;
  if (kind === 0) return bytes[block + 5] === BRACE && isStored(bytes, block + 1);
  if (kind === 1) return ((bytes.readUInt16LE(block) >> 3) & 0xff) === FIXED_BRACE;
  return kind === 2 && isWholeCode(bytes, block);
}

function isStored(bytes: Buffer, at: number): boolean {
  return (bytes.readUInt16LE(at) ^ bytes.readUInt16LE(at + 2)) === 0xffff;
}

/** The lengths of the code that codes the lengths must fill the tree exactly. */
function isWholeCode(bytes: Buffer, block: number): boolean {
  const header = bytes.readUInt32LE(block) >>> 3;
  if ((header & 31) > 29 || ((header >> 5) & 31) > 29) return false;
  const count = ((header >> 10) & 15) + 4;
  let filled = 0;
  for (let index = 0; index < count; index += 1) {
    const bit = 17 + 3 * index;
    const length = (bytes.readUInt16LE(block + (bit >> 3)) >> (bit & 7)) & 7;
    if (length > 0) filled += 128 >> length;
  }
  return filled === 128;
}
