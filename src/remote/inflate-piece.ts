/**
 * Inflating one file of an archive and checking that it is what the directory says: the same on
 * the reading thread and in the one beside it.
 */
import { crc32, inflateRawSync } from 'node:zlib';

/** What is known of a file before it is inflated. */
export interface PackedPiece {
  readonly name: string;
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

/** Bounds of the pieces in which zlib hands out what it inflates. */
const SMALLEST_PIECE = 64;
const LARGEST_PIECE = 1024 * 1024;

const STORED = 0;
const DEFLATED = 8;

/** The file's bytes; throws an Error that says what is wrong with it. */
export function inflatePiece(piece: PackedPiece, stored: Uint8Array): Uint8Array {
  if (stored.length < piece.compressedSize) throw new Error(`${label(piece)} is cut off`);
  const bytes = inflate(piece, stored);
  if (bytes.length !== piece.uncompressedSize || crc32(bytes) !== piece.crc32) {
    throw new Error(`${label(piece)} does not have its checksum`);
  }
  return bytes;
}

function inflate(piece: PackedPiece, stored: Uint8Array): Uint8Array {
  if (piece.compressionMethod === STORED) return stored;
  if (piece.compressionMethod !== DEFLATED) {
    throw new Error(`compression method ${piece.compressionMethod} is not supported`);
  }
  const size = piece.uncompressedSize;
  // A byte more than there is, so that zlib asks for no second piece.
  const chunkSize = Math.max(Math.min(size + 1, LARGEST_PIECE), SMALLEST_PIECE);
  return inflateRawSync(stored, { maxOutputLength: Math.max(size, 1), chunkSize });
}

/** A file's name as errors quote it. */
export function label({ name }: { readonly name: string }): string {
  return JSON.stringify(name.slice(0, 120));
}
