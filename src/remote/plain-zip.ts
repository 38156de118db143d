/**
 * The directory of a zip that is in memory and has nothing unusual, read at once: an export has
 * tens of thousands of files, and waiting for each costs more than inflating it. APPNOTE 6.3.10.
 */
import type { PackedPiece } from './inflate-piece.ts';

/** A file of an archive, as its directory has it. */
export interface ZipEntry extends PackedPiece {
  readonly encrypted: boolean;
  /** Where its bytes begin. */
  readonly start: () => number | Promise<number>;
}

/** A file whose place is known at once. */
export interface PlacedEntry extends ZipEntry {
  readonly start: () => number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
/** What stands for a number that is elsewhere (zip64). */
const ELSEWHERE = 0xffffffff;

/** The files; undefined where the archive is damaged or of a form that a larger reader knows. */
export function plainEntries(bytes: Buffer): readonly PlacedEntry[] | undefined {
  try {
    return readDirectory(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readDirectory(bytes: Buffer): readonly PlacedEntry[] | undefined {
  const end = bytes.length - END_BYTES;
  if (end < 0 || bytes.readUInt32LE(end) !== END) return undefined;
  const count = bytes.readUInt16LE(end + 10);
  const entries: PlacedEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  if (at + bytes.readUInt32LE(end + 12) !== end) return undefined;
  while (at < end) {
    const entry = readEntry(bytes, at);
    if (entry === undefined) return undefined;
    entries.push(entry);
    const more = bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    at += ENTRY_BYTES + bytes.readUInt16LE(at + 28) + more;
  }
  return entries.length === count ? entries : undefined;
}

function readEntry(bytes: Buffer, at: number): PlacedEntry | undefined {
  if (bytes.readUInt32LE(at) !== ENTRY) return undefined;
  const compressedSize = bytes.readUInt32LE(at + 20);
  const uncompressedSize = bytes.readUInt32LE(at + 24);
  const local = bytes.readUInt32LE(at + 42);
  if (Math.max(compressedSize, uncompressedSize, local) === ELSEWHERE) return undefined;
  if (bytes.readUInt32LE(local) !== LOCAL) return undefined;
  const named = bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const name = at + ENTRY_BYTES;
  return {
    name: bytes.toString('utf8', name, name + bytes.readUInt16LE(at + 28)),
    encrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
    compressionMethod: bytes.readUInt16LE(at + 10),
    crc32: bytes.readUInt32LE(at + 16),
    compressedSize,
    uncompressedSize,
    start: () => local + LOCAL_BYTES + named,
  };
}
