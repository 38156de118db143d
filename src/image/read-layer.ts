/**
 * One pass over a layer blob as it arrives: what is wanted of it becomes facts, the rest is hashed,
 * counted and forgotten. A damaged or oversized layer is a fact too, never an exception.
 */
import { createHash, type Hash } from 'node:crypto';
import { parseDigest, type Digest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import type { LayerEntry, LayerFacts } from '../domain/layer-facts.ts';
import type { ExtractedFile, ScanProblem } from '../domain/software-package.ts';
import { createDecoder, MAGIC_BYTES, type Decoder } from './decompress-layer.ts';
import { entryKind, sizeAndTarget } from './entry-kind.ts';
import { cleanEntryPath } from './entry-path.ts';
import {
  startInspection,
  type FileInspector,
  type InspectedFile,
  type Inspection,
} from './file-inspector.ts';
import {
  failureCode,
  newImageBudget,
  spend,
  spendExtracted,
  type ImageBudget,
} from './image-budget.ts';
import { LAYER_LIMITS, type LayerLimits } from './layer-limits.ts';
import { parseWhiteout } from './parse-whiteout.ts';
import type { NextTurn } from './slice-queue.ts';
import type { TarHeader } from './tar-header.ts';
import { walkTar, type TarWalk, type WantedContent } from './walk-tar.ts';

/** What to take from a layer. */
export interface LayerReader {
  /** The most bytes to read of the file at this clean path; 0: it is not wanted. */
  wants(path: string): number;
  /** Reads a wanted file; the bytes are only valid during the call. */
  extract(
    path: string,
    bytes: Uint8Array,
  ): { readonly extracted?: ExtractedFile; readonly problems: readonly ScanProblem[] };
  /**
   * Chooses by its first bytes who watches a regular file that is not wanted; nothing of it is
   * buffered. Where this is given, executable files are kept, for they replace others.
   */
  inspect?(file: InspectedFile): FileInspector<ExtractedFile> | undefined;
  /**
   * What stands for a wanted file that cannot be read, for that reason in words. Without an answer
   * it is a fatal problem of the layer.
   */
  refuse?(path: string, reason: string): ExtractedFile | undefined;
  /**
   * Tells whether the fold needs to know that something lies at this path although its content is
   * not wanted. Without it every entry is kept. Links are always kept.
   */
  keeps?(path: string): boolean;
}

/** What {@link readLayer} needs besides the bytes. */
export interface ReadLayerOptions {
  /** Digest of the blob; the source checks it. */
  readonly digest: Digest;
  readonly want: LayerReader;
  /** Caps that differ from {@link LAYER_LIMITS}. */
  readonly limits?: Partial<LayerLimits>;
  /** What the image's layers share; without it this layer is the image's only one. */
  readonly budget?: ImageBudget;
  /** When the next bytes are looked at: `setImmediate` lets others have their turn between. */
  readonly nextTurn?: NextTurn;
}

/**
 * Reads a layer of gzip, zstd or plain tar. Damage (`layer-damaged`) and caps (`layer-over-cap`,
 * `image-over-cap`) are fatal problems of the facts; the source is still read to its end, so that a
 * digest that does not match is told by the source's own error. Errors of the source pass through.
 */
export async function readLayer(
  source: AsyncIterable<Uint8Array>,
  options: ReadLayerOptions,
): Promise<LayerFacts> {
  const reading = startReading(options);
  try {
    for await (const chunk of source) {
      reading.compressedBytes += chunk.length;
      if (reading.compressedBytes > reading.limits.compressedBytes) {
        reading.failure = overCap(`more than ${reading.limits.compressedBytes} bytes`);
        break;
      }
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      await attempt(reading, () => feed(reading, bytes));
    }
    await attempt(reading, () => finish(reading));
  } finally {
    reading.decoder?.destroy();
  }
  return toFacts(reading, options);
}

interface Reading {
  readonly want: LayerReader;
  readonly limits: LayerLimits;
  readonly budget: ImageBudget;
  readonly nextTurn: NextTurn | undefined;
  readonly hash: Hash;
  readonly walk: TarWalk;
  readonly entries: LayerEntry[];
  readonly whiteouts: string[];
  readonly opaqueDirectories: string[];
  readonly problems: ScanProblem[];
  head: Buffer;
  decoder: Decoder | undefined;
  /** The entry whose content comes next. */
  current: LayerEntry | undefined;
  inspection: Inspection<ExtractedFile> | undefined;
  compressedBytes: number;
  uncompressedBytes: number;
  wantedBytes: number;
  keptCharacters: number;
  entryCount: number;
  failure: AssayError | undefined;
}

function startReading(options: ReadLayerOptions): Reading {
  const limits = { ...LAYER_LIMITS, ...options.limits };
  const reading: Reading = {
    want: options.want,
    limits,
    budget: options.budget ?? newImageBudget(),
    nextTurn: options.nextTurn,
    hash: createHash('sha256'),
    walk: walkTar(
      {
        entry: (header) => takeEntry(reading, header),
        content: (bytes) => takeContent(reading, bytes),
        piece: (bytes, left) => takePiece(reading, bytes, left),
      },
      limits.extensionBytes,
    ),
    entries: [],
    whiteouts: [],
    opaqueDirectories: [],
    problems: [],
    head: Buffer.alloc(0),
    decoder: undefined,
    current: undefined,
    inspection: undefined,
    compressedBytes: 0,
    uncompressedBytes: 0,
    wantedBytes: 0,
    keptCharacters: 0,
    entryCount: 0,
    failure: undefined,
  };
  return reading;
}

/** Runs a step unless one failed before; damage and caps end the reading, not the caller. */
async function attempt(reading: Reading, step: () => Promise<void>): Promise<void> {
  if (reading.failure !== undefined) return;
  try {
    await step();
  } catch (error) {
    if (!isAssayError(error, 'invalid-image') && !isAssayError(error, 'too-large')) throw error;
    reading.failure = error;
    reading.decoder?.destroy();
  }
}

/** Gives a chunk to the decoder, which is chosen as soon as the first bytes are there. */
async function feed(reading: Reading, chunk: Buffer): Promise<void> {
  if (reading.decoder !== undefined) return reading.decoder.write(chunk);
  reading.head = reading.head.length === 0 ? chunk : Buffer.concat([reading.head, chunk]);
  if (reading.head.length >= MAGIC_BYTES) await start(reading);
}

async function start(reading: Reading): Promise<void> {
  const { head } = reading;
  reading.head = Buffer.alloc(0);
  const decoder = createDecoder(head.subarray(0, MAGIC_BYTES), {
    listener: (tar) => takeTar(reading, tar),
    nextTurn: reading.nextTurn,
  });
  reading.decoder = decoder;
  await decoder.write(head);
}

async function finish(reading: Reading): Promise<void> {
  if (reading.decoder === undefined) await start(reading);
  await reading.decoder?.end();
  reading.walk.end();
}

function takeTar(reading: Reading, tar: Buffer): void {
  const { limits } = reading;
  reading.uncompressedBytes += tar.length;
  const bytes = reading.uncompressedBytes;
  if (bytes > limits.uncompressedBytes) {
    throw overCap(`more than ${limits.uncompressedBytes} bytes of tar`);
  }
  if (bytes > limits.ratioFreeBytes && bytes > limits.ratio * reading.compressedBytes) {
    throw overCap(`a tar of more than ${limits.ratio} times the bytes received`);
  }
  spend(reading.budget, 'uncompressedBytes', tar.length);
  reading.hash.update(tar);
  reading.walk.write(tar);
}

/** Notes an entry; answers how its content is wanted. */
function takeEntry(reading: Reading, header: TarHeader): WantedContent {
  const { limits } = reading;
  reading.entryCount += 1;
  if (reading.entryCount > limits.entries) throw overCap(`more than ${limits.entries} entries`);
  spend(reading.budget, 'entries', 1);
  if (Math.max(header.name.length, header.linkName.length) > limits.pathLength) {
    throw overCap(`a name of more than ${limits.pathLength} characters`);
  }
  const kind = entryKind(header.type);
  if (kind === undefined) return 'none';
  const { path, outside } = cleanEntryPath(header.name);
  if (outside) noteOutside(reading, path);
  if (outside || path === '' || takeWhiteout(reading, path)) return 'none';
  return keepEntry(
    reading,
    { path, kind, mode: header.mode, ...sizeAndTarget(kind, header) },
    header,
  );
}

/** A name that climbs out of the root; fatal where some runtimes would make it a file we want. */
function noteOutside(reading: Reading, clamped: string): void {
  const { want } = reading;
  const fatal = want.wants(clamped) > 0 || (want.keeps?.(clamped) ?? false);
  const message =
    `an entry's name climbs out of the root with ".." (to ` + `${quote(clamped)}); it was ignored`;
  note(reading, { code: 'path-outside-root', message, fatal });
}

/** Notes a whiteout; answers whether the path was one. */
function takeWhiteout(reading: Reading, path: string): boolean {
  const whiteout = parseWhiteout(path);
  if (whiteout === undefined) return false;
  if (whiteout.kind === 'reserved') return true;
  if (whiteout.kind === 'opaque') reading.opaqueDirectories.push(whiteout.directory);
  else if (whiteout.kind === 'path') reading.whiteouts.push(whiteout.path);
  else {
    const message = `the whiteout ${quote(path)} names nothing that it could remove`;
    note(reading, { code: 'whiteout-invalid', message, fatal: false });
  }
  checkKept(reading, path.length);
  return true;
}

function keepEntry(reading: Reading, entry: LayerEntry, header: TarHeader): WantedContent {
  const { want } = reading;
  const cap = entry.kind === 'file' ? want.wants(entry.path) : 0;
  if (cap > 0) {
    keep(reading, entry);
    return isReadable(reading, { entry, cap, sparse: header.sparse }) ? 'whole' : 'none';
  }
  if (isKept(want, entry)) keep(reading, entry);
  if (want.inspect === undefined || entry.kind !== 'file') return 'none';
  if (header.sparse) {
    if (isExecutable(entry)) noteUnread(reading, entry, SPARSE);
    return 'none';
  }
  reading.current = entry;
  reading.inspection = startInspection(entry, (file) => want.inspect?.(file));
  return 'pieces';
}

function isKept(want: LayerReader, entry: LayerEntry): boolean {
  if (entry.target !== undefined || want.keeps === undefined) return true;
  // What lies where a wanted file would hides one of a lower layer.
  if (entry.kind !== 'file' && want.wants(entry.path) > 0) return true;
  return want.keeps(entry.path) || (want.inspect !== undefined && isExecutable(entry));
}

function isExecutable({ kind, mode }: LayerEntry): boolean {
  return kind === 'file' && (mode & 0o111) !== 0;
}

function keep(reading: Reading, entry: LayerEntry): void {
  reading.entries.push(entry);
  checkKept(reading, entry.path.length + (entry.target?.length ?? 0));
}

/** Tells whether a wanted file's content can be read; it is then the next to come. */
function isReadable(reading: Reading, { entry, cap, sparse }: Wanted): boolean {
  const reason = unreadable({ entry, cap, sparse });
  if (reason !== undefined) {
    noteUnread(reading, entry, reason);
    return false;
  }
  reading.current = entry;
  reading.wantedBytes += entry.size;
  if (reading.wantedBytes > reading.limits.wantedBytes) {
    throw overCap(`more than ${reading.limits.wantedBytes} bytes in the files to be read`);
  }
  spend(reading.budget, 'wantedBytes', entry.size);
  return true;
}

function noteUnread(reading: Reading, entry: LayerEntry, reason: string): void {
  const extracted = reading.want.refuse?.(entry.path, reason);
  if (extracted !== undefined) return keepExtracted(reading, entry, extracted);
  const message = `${quote(entry.path)} was not read: ${reason}`;
  note(reading, { code: 'file-not-read', message, fatal: true });
}

/** Puts what was made of an entry's content to it; one that was not kept is kept for that. */
function keepExtracted(reading: Reading, entry: LayerEntry, extracted: ExtractedFile): void {
  if (reading.entries.at(-1) !== entry) keep(reading, entry);
  spendExtracted(reading.budget, extracted);
  reading.entries[reading.entries.length - 1] = { ...entry, extracted };
}

const SPARSE = 'it is stored as a sparse file; store it whole';

interface Wanted {
  readonly entry: LayerEntry;
  readonly cap: number;
  readonly sparse: boolean;
}

function unreadable({ entry, cap, sparse }: Wanted): string | undefined {
  if (sparse) return SPARSE;
  return entry.size > cap ? `it has ${entry.size} bytes; at most ${cap} are read` : undefined;
}

function takeContent(reading: Reading, bytes: Buffer): void {
  const entry = reading.current;
  if (entry === undefined) return;
  reading.current = undefined;
  const { extracted, problems } = reading.want.extract(entry.path, bytes);
  for (const problem of problems) note(reading, problem);
  if (extracted !== undefined) keepExtracted(reading, entry, extracted);
}

/** Bytes of a file that may be inspected; answers whether more are wanted. */
function takePiece(reading: Reading, bytes: Buffer, left: number): boolean {
  const { current, inspection } = reading;
  if (current === undefined || inspection === undefined) return false;
  if (inspection.take(bytes, left)) return true;
  reading.current = undefined;
  reading.inspection = undefined;
  const extracted = inspection.found();
  if (extracted !== undefined) keepExtracted(reading, current, extracted);
  return false;
}

function checkKept(reading: Reading, characters: number): void {
  const { entries, whiteouts, opaqueDirectories, limits } = reading;
  reading.keptCharacters += characters;
  if (entries.length + whiteouts.length + opaqueDirectories.length > limits.keptEntries) {
    throw overCap(`more than ${limits.keptEntries} entries that have to be kept`);
  }
  if (reading.keptCharacters > limits.keptCharacters) {
    throw overCap(`more than ${limits.keptCharacters} characters in names that have to be kept`);
  }
  spend(reading.budget, 'keptEntries', 1);
  spend(reading.budget, 'keptCharacters', characters);
}

/** Most problems of one code that are kept; the first tell what is wrong. */
const SAME_PROBLEMS = 10;

function note(reading: Reading, problem: ScanProblem): void {
  const same = reading.problems.filter(
    ({ code, fatal }) => code === problem.code && fatal === problem.fatal,
  );
  if (same.length < SAME_PROBLEMS) reading.problems.push(problem);
}

function overCap(found: string): AssayError {
  return new AssayError('too-large', `the layer has ${found}`);
}

function toFacts(reading: Reading, options: ReadLayerOptions): LayerFacts {
  const { failure } = reading;
  const code = failureCode(failure);
  const message = `layer ${options.digest} was not read to its end: ${failure?.message}`;
  return {
    digest: options.digest,
    diffId: parseDigest(`sha256:${reading.hash.digest('hex')}`),
    compressedBytes: reading.compressedBytes,
    uncompressedBytes: reading.uncompressedBytes,
    entryCount: reading.entryCount,
    ...(options.want.keeps === undefined && { allEntries: true as const }),
    entries: reading.entries,
    whiteouts: reading.whiteouts,
    opaqueDirectories: reading.opaqueDirectories,
    problems: failure ? [...reading.problems, { code, message, fatal: true }] : reading.problems,
  };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
