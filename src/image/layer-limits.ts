/** What one layer may have; a hostile one is stopped by name before memory or time runs out. */
import { ALL_EXTENSIONS } from './walk-tar.ts';

/** Caps of one layer; reaching one makes a fatal problem. */
export interface LayerLimits {
  /** Bytes as received. */
  readonly compressedBytes: number;
  /** Bytes of the tar. */
  readonly uncompressedBytes: number;
  /** How many times the received bytes the tar may be, beyond `ratioFreeBytes` of tar. */
  readonly ratio: number;
  readonly ratioFreeBytes: number;
  /** Entries of the tar. */
  readonly entries: number;
  /** Entries, whiteouts and opaque directories that facts keep. */
  readonly keptEntries: number;
  /** Characters of the names and link targets that facts keep. */
  readonly keptCharacters: number;
  /** Bytes of extended headers: reading them is dearer than passing over contents. */
  readonly extensionBytes: number;
  /** Characters of a name or link target. */
  readonly pathLength: number;
  /** Bytes of all wanted files together. */
  readonly wantedBytes: number;
}

/** The caps that hold where none are given. */
export const LAYER_LIMITS: LayerLimits = {
  compressedBytes: 16 * 1024 ** 3,
  uncompressedBytes: 64 * 1024 ** 3,
  ratio: 200,
  ratioFreeBytes: 64 * 1024 ** 2,
  entries: 2_000_000,
  keptEntries: 500_000,
  keptCharacters: 64 * 1024 ** 2,
  extensionBytes: ALL_EXTENSIONS,
  pathLength: 4096,
  wantedBytes: 2 * 1024 ** 3,
};
