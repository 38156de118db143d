/**
 * The files of a zip, one after another and in memory, each with a cap. Nothing is written, so a
 * name in the archive is only ever a label.
 */
import type { FileHandle } from 'node:fs/promises';
import { fromBufferPromise, fromFdPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';

import { AssayError } from '../domain/error.ts';
import { openNamedFile } from './byte-range.ts';
import { inflatePiece, label } from './inflate-piece.ts';
import { type PlacedEntry, plainEntries, type ZipEntry } from './plain-zip.ts';

/** Caps for one archive. */
export interface ZipLimits {
  readonly entries: number;
  readonly entryBytes: number;
  readonly totalBytes: number;
  /** Inflated bytes for each stored one, for files over a mebibyte. */
  readonly ratio: number;
}

/** One file of an archive: its name as written there, and its inflated bytes. */
export interface ZipRecord {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const RATIO_FLOOR = 1024 * 1024;

/** Archives up to this size are read at once: tens of thousands of small reads cost more. */
const IN_MEMORY = 64 * 1024 * 1024;
const SETTINGS = { autoClose: false, decodeStrings: false, lazyEntries: true };

/** An archive in memory whose files are all known. */
interface PlacedZip {
  readonly bytes: Buffer;
  readonly entries: readonly PlacedEntry[];
}

interface OpenZip {
  readonly path: string;
  readonly entryCount: number;
  readonly entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>;
  readonly limits: ZipLimits;
  /** Set where nothing is waited for: tens of thousands of waits cost more than inflating. */
  readonly placed?: PlacedZip;
  /** Bytes of the archive; fewer than asked for at its end. */
  readonly readAt: (position: number, length: number) => Buffer | Promise<Buffer>;
}

/**
 * Yields the files that `wants` chooses by name. Throws `invalid-advisory`, naming the archive, for
 * a damaged or encrypted one, and `too-large` beyond a cap.
 */
export async function* readZip(
  path: string,
  options: { readonly limits: ZipLimits; readonly wants: (name: string) => boolean },
): AsyncGenerator<ZipRecord, void, void> {
  const { limits, wants } = options;
  const { handle, size } = await openNamedFile(path);
  try {
    const zip = { path, limits, ...(await openZip(handle, size)) };
    if (zip.entryCount > limits.entries) {
      throw tooMuch(path, `${zip.entryCount} files, of which ${limits.entries} are allowed`);
    }
    const takes = createGate(zip, wants);
    if (zip.placed === undefined) yield* readEntries(zip, takes);
    else for (const record of readPlaced(zip.placed, takes)) yield record;
  } catch (cause) {
    throw cause instanceof AssayError ? cause : damaged(path, cause);
  } finally {
    await handle.close();
  }
}

async function openZip(
  handle: FileHandle,
  size: number,
): Promise<Omit<OpenZip, 'path' | 'limits'>> {
  if (size > IN_MEMORY) {
    const readAt = (position: number, length: number): Promise<Buffer> =>
      readFrom(handle, position, length);
    return { readAt, ...entriesOf(await fromFdPromise(handle.fd, SETTINGS)) };
  }
  const bytes = await readFrom(handle, 0, size);
  const readAt = (position: number, length: number): Buffer =>
    bytes.subarray(position, position + length);
  const entries = plainEntries(bytes);
  if (entries !== undefined) {
    return { readAt, entries, entryCount: entries.length, placed: { bytes, entries } };
  }
  return { readAt, ...entriesOf(await fromBufferPromise(bytes, SETTINGS)) };
}

function entriesOf(zip: ZipFile): Pick<OpenZip, 'entries' | 'entryCount'> {
  return { entries: eachEntry(zip), entryCount: zip.entryCount };
}

async function* eachEntry(zip: ZipFile): AsyncGenerator<ZipEntry, void, void> {
  for await (const entry of zip.eachEntry()) yield toZipEntry(zip, entry);
}

function toZipEntry(zip: ZipFile, entry: Entry): ZipEntry {
  const { compressionMethod, crc32: sum, compressedSize, uncompressedSize } = entry;
  return {
    name: Buffer.from(entry.fileNameRaw).toString('utf8'),
    encrypted: entry.isEncrypted(),
    compressionMethod,
    crc32: sum,
    compressedSize,
    uncompressedSize,
    start: async () => {
      const header = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      return header.fileDataStart;
    },
  };
}

async function readFrom(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function* readPlaced(
  { bytes, entries }: PlacedZip,
  takes: (entry: ZipEntry) => boolean,
): Generator<ZipRecord, void, void> {
  for (const entry of entries) {
    if (!takes(entry)) continue;
    const start = entry.start();
    const stored = bytes.subarray(start, start + entry.compressedSize);
    yield { name: entry.name, bytes: inflatePiece(entry, stored) };
  }
}

async function* readEntries(
  zip: OpenZip,
  takes: (entry: ZipEntry) => boolean,
): AsyncGenerator<ZipRecord, void, void> {
  for await (const entry of zip.entries) {
    if (takes(entry)) yield { name: entry.name, bytes: await readEntry(zip, entry) };
  }
}

/** Tells which files are wanted, and throws at the first that is over a cap. */
function createGate(zip: OpenZip, wants: (name: string) => boolean): (entry: ZipEntry) => boolean {
  let total = 0;
  return (entry) => {
    if (entry.name.endsWith('/') || !wants(entry.name)) return false;
    checkEntry(zip, entry);
    total += entry.uncompressedSize;
    if (total <= zip.limits.totalBytes) return true;
    throw tooMuch(zip.path, `more than ${zip.limits.totalBytes} bytes`);
  };
}

function checkEntry(zip: OpenZip, entry: ZipEntry): void {
  const name = label(entry);
  const { entryBytes, ratio } = zip.limits;
  const size = entry.uncompressedSize;
  if (size > entryBytes || entry.compressedSize > entryBytes) {
    throw tooMuch(zip.path, `${name} of ${size} bytes, of which ${entryBytes} are allowed`);
  }
  if (size > RATIO_FLOOR && size > entry.compressedSize * ratio) {
    throw tooMuch(zip.path, `${name}, which inflates more than ${ratio} times`);
  }
  if (entry.encrypted) throw damaged(zip.path, `${name} is encrypted`);
}

async function readEntry(zip: OpenZip, entry: ZipEntry): Promise<Uint8Array> {
  const stored = await zip.readAt(await entry.start(), entry.compressedSize);
  return inflatePiece(entry, stored);
}

function tooMuch(path: string, found: string): AssayError {
  return new AssayError('too-large', `${path} has ${found}; is it an advisory export?`);
}

function damaged(path: string, cause: unknown): AssayError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new AssayError(
    'invalid-advisory',
    `${path} is not a whole zip archive (${problem}); download it again`,
    { cause },
  );
}
