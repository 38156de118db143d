/** Looking into files that are too large to be held: their bytes pass by, once and in order. */

/** Watches one file go by and keeps only what it needs of it. */
export interface FileInspector<Found> {
  /** The next bytes of the file, from its first on; they are only valid during the call. */
  push(chunk: Uint8Array): void;
  /** Called after the last byte: what was found, undefined where there is nothing to tell. */
  end(): Found | undefined;
}

/** A regular file that may be inspected. */
export interface InspectedFile {
  readonly path: string;
  readonly size: number;
  /** Its first bytes: four, or the whole file where that is shorter. */
  readonly head: Uint8Array;
}

/** How many bytes of a file are shown before it is decided whether it is inspected. */
const HEAD_BYTES = 4;

/** The bytes of one file on their way to who watches it, if anybody does. */
export interface Inspection<Found> {
  /** Takes the next bytes, of which `left` are still to come; answers whether more are wanted. */
  take(bytes: Buffer, left: number): boolean;
  /** What was found, once no more is wanted. */
  found(): Found | undefined;
}

/** Begins to look at a file: its first bytes choose the inspector. */
export function startInspection<Found>(
  file: Omit<InspectedFile, 'head'>,
  choose: (file: InspectedFile) => FileInspector<Found> | undefined,
): Inspection<Found> {
  let held = EMPTY;
  let chosen: FileInspector<Found> | undefined;
  let found: Found | undefined;
  const isChosen = (piece: Buffer): boolean => {
    chosen ??= choose({ ...file, head: piece.subarray(0, HEAD_BYTES) });
    return chosen !== undefined;
  };
  return {
    take: (bytes, left) => {
      const piece = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      // A copy: the bytes are gone after the call.
      held = chosen === undefined && piece.length < HEAD_BYTES ? Buffer.from(piece) : EMPTY;
      if (held.length > 0 && left > 0) return true;
      if (!isChosen(piece)) return false;
      chosen?.push(piece);
      if (left === 0) found = chosen?.end();
      return left > 0;
    },
    found: () => found,
  };
}

const EMPTY = Buffer.alloc(0);
