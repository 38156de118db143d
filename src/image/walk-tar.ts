/**
 * A tar reader that is pushed chunks and never waits: contents nobody wants cost one addition per
 * chunk. It keeps what a header or a wanted file needs, nothing else.
 */
import { AssayError } from '../domain/error.ts';
import { invalid } from './json-document.ts';
import {
  applyPaxRecords,
  checkGlobalRecords,
  parsePaxRecords,
  type PaxRecords,
} from './pax-records.ts';
import {
  decodeName,
  isZeroBlock,
  parseTarHeader,
  TAR_BLOCK,
  type TarHeader,
} from './tar-header.ts';

/** How an entry's content is wanted: not at all, in one piece, or as it comes. */
export type WantedContent = 'none' | 'whole' | 'pieces';

/** What hears of the entries. All may throw to stop the walk. */
export interface TarListener {
  /** Called for each entry; answers how its content is wanted (its size is known by then). */
  entry(header: TarHeader): WantedContent;
  /** The whole content of the wanted entry; the bytes are only valid during the call. */
  content(bytes: Buffer): void;
  /**
   * The next bytes of an entry that is wanted in pieces, of which `left` are still to come; answers
   * whether more are wanted. It is not called for an empty entry.
   */
  piece(bytes: Buffer, left: number): boolean;
}

/** A walk in progress. */
export interface TarWalk {
  /** Takes the next bytes of the archive; throws `invalid-image` where they are damaged. */
  write(chunk: Buffer): void;
  /** Throws `invalid-image` where the archive stops inside an entry. */
  end(): void;
}

/** Most bytes of an extended header: 1 MiB, as container runtimes have it. */
const EXTENSION_BYTES = 1024 * 1024;

/** Most bytes of all of them together, where nothing else is said. */
export const ALL_EXTENSIONS = 1024 ** 3;

type Take = (walk: Walk, block: Buffer) => void;

interface Walk {
  readonly listener: TarListener;
  records: PaxRecords;
  /** Bytes of extended headers that may still come. */
  extensions: number;
  longName: string;
  longLink: string;
  header: TarHeader | undefined;
  /** Bytes of an entry that is wanted in pieces; they go before those to pass over. */
  stream: number;
  /** Bytes to pass over; infinite after the end marker. */
  skip: number;
  /** Bytes wanted in one piece, and who gets them. */
  need: number;
  take: Take;
  /** The piece so far, where it spans chunks. */
  held: Buffer | undefined;
  filled: number;
  zeroBlocks: number;
}

/**
 * Starts a walk over one archive; bytes after its end marker are ignored as runtimes do. Of its
 * extended headers at most `extensionBytes` are read, a mebibyte of each.
 */
export function walkTar(listener: TarListener, extensionBytes = ALL_EXTENSIONS): TarWalk {
  const walk: Walk = {
    listener,
    records: new Map(),
    extensions: extensionBytes,
    longName: '',
    longLink: '',
    header: undefined,
    stream: 0,
    skip: 0,
    need: TAR_BLOCK,
    take: takeHeader,
    held: undefined,
    filled: 0,
    zeroBlocks: 0,
  };
  return { write: (chunk) => push(walk, chunk), end: () => checkEnd(walk) };
}

function push(walk: Walk, chunk: Buffer): void {
  let at = 0;
  while (at < chunk.length) {
    if (walk.stream > 0) at += pass(walk, chunk, at);
    const jump = Math.min(walk.skip, chunk.length - at);
    walk.skip -= jump;
    at += jump;
    if (at === chunk.length) return;
    if (walk.held === undefined && chunk.length - at >= walk.need) {
      const start = at;
      at += walk.need;
      walk.take(walk, chunk.subarray(start, at));
    } else at += gather(walk, chunk, at);
  }
}

/** Hands on what the chunk has of an entry that is wanted in pieces; answers how much that is. */
function pass(walk: Walk, chunk: Buffer, at: number): number {
  const bytes = chunk.subarray(at, at + walk.stream);
  walk.stream -= bytes.length;
  if (!walk.listener.piece(bytes, walk.stream)) {
    walk.skip += walk.stream;
    walk.stream = 0;
  }
  return bytes.length;
}

/** Gathers a piece that spans chunks; answers how many bytes it took. */
function gather(walk: Walk, chunk: Buffer, at: number): number {
  walk.held ??= Buffer.allocUnsafe(walk.need);
  const end = Math.min(chunk.length, at + walk.need - walk.filled);
  const taken = chunk.copy(walk.held, walk.filled, at, end);
  walk.filled += taken;
  if (walk.filled < walk.need) return taken;
  const block = walk.held;
  walk.held = undefined;
  walk.filled = 0;
  walk.take(walk, block);
  return taken;
}

function checkEnd(walk: Walk): void {
  const extended = walk.records.size > 0 || walk.longName !== '' || walk.longLink !== '';
  const inside = walk.held !== undefined || walk.take !== takeHeader || extended;
  const missing = walk.stream > 0 || (Number.isFinite(walk.skip) && walk.skip > 0);
  if (inside || missing) throw invalid('the tar stops in the middle of an entry');
}

function takeHeader(walk: Walk, block: Buffer): void {
  if (isZeroBlock(block)) {
    walk.zeroBlocks += 1;
    if (walk.zeroBlocks === 2) walk.skip = Number.POSITIVE_INFINITY;
    return;
  }
  if (walk.zeroBlocks > 0) throw invalid('the tar has an entry after a block of zeros');
  const header = parseTarHeader(block);
  walk.header = header;
  if ('xgLK'.includes(header.type)) {
    countExtension(walk, header.size);
    expect(walk, header.size, takeExtension);
  } else if (header.moreSparse) expect(walk, TAR_BLOCK, takeSparse);
  else takeEntry(walk, header);
}

function takeExtension(walk: Walk, bytes: Buffer): void {
  const type = walk.header?.type;
  if (type === 'x') walk.records = parsePaxRecords(bytes);
  else if (type === 'g') checkGlobalRecords(parsePaxRecords(bytes));
  else if (type === 'L') walk.longName = cutAtNul(bytes);
  else walk.longLink = cutAtNul(bytes);
  finish(walk, bytes.length);
}

/** Passes over the blocks in which old GNU tar lists the holes of a file. */
function takeSparse(walk: Walk, block: Buffer): void {
  if (block[504] === 1) expect(walk, TAR_BLOCK, takeSparse);
  else if (walk.header) takeEntry(walk, walk.header);
}

function takeEntry(walk: Walk, raw: TarHeader): void {
  const merged = applyPaxRecords(raw, walk.records);
  const name = walk.longName || merged.name;
  const header = { ...merged, name, linkName: walk.longLink || merged.linkName };
  walk.records = new Map();
  walk.longName = '';
  walk.longLink = '';
  const wanted = walk.listener.entry(header);
  if (wanted === 'whole') return expect(walk, header.size, takeContent);
  if (wanted === 'pieces') walk.stream = header.size;
  else walk.skip = header.size;
  finish(walk, header.size);
}

function takeContent(walk: Walk, bytes: Buffer): void {
  walk.listener.content(bytes);
  finish(walk, bytes.length);
}

/** Asks for the next `bytes` in one piece, and says who gets them. */
function expect(walk: Walk, bytes: number, take: Take): void {
  walk.need = bytes;
  walk.take = take;
  if (bytes === 0) take(walk, EMPTY);
}

/** Passes over the padding after a content, then waits for the next header. */
function finish(walk: Walk, size: number): void {
  walk.skip += (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
  walk.need = TAR_BLOCK;
  walk.take = takeHeader;
}

const EMPTY = Buffer.alloc(0);

function countExtension(walk: Walk, size: number): void {
  if (size > EXTENSION_BYTES) {
    const message = `a tar header extension has ${size} bytes; at most ${EXTENSION_BYTES} are read`;
    throw new AssayError('too-large', message);
  }
  walk.extensions -= size;
  if (walk.extensions < 0) {
    throw new AssayError('too-large', 'the tar has too many bytes of header extensions');
  }
}

function cutAtNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return decodeName(bytes.subarray(0, end === -1 ? bytes.length : end));
}
