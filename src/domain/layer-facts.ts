/** What is kept of a layer once it was read: never its bytes. */
import type { Digest } from './digest.ts';
import type { ExtractedFile, ScanProblem } from './software-package.ts';

/** One path of a layer that may matter: a wanted file, a link, or a directory that hides others. */
export interface LayerEntry {
  /** Clean relative path: no leading slash, no `.`, `..` or empty parts. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  readonly mode: number;
  /** Bytes, for files. */
  readonly size: number;
  /** Link target as written, for links. */
  readonly target?: string;
  readonly extracted?: ExtractedFile;
}

/** The facts of one layer blob, kept under (digest, extractor version). */
export interface LayerFacts {
  /** Digest of the blob as received (compressed). */
  readonly digest: Digest;
  /** Digest of the uncompressed tar, computed. */
  readonly diffId: Digest;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly entryCount: number;
  /** Set where every entry was kept, not only those whose names the reader asks for. */
  readonly allEntries?: true;
  /** In order of the tar; they are to be applied in this order, so that the last of a path wins. */
  readonly entries: readonly LayerEntry[];
  /** Paths removed from lower layers (`.wh.` stripped). */
  readonly whiteouts: readonly string[];
  /** Directories whose lower contents are hidden. */
  readonly opaqueDirectories: readonly string[];
  readonly problems: readonly ScanProblem[];
}
