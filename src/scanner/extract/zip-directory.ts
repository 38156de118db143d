/**
 * A zip in memory, read at once and without waiting, as extractors have to (the zip reader of the
 * exports answers later). APPNOTE 6.3.10; the directory at the end decides what is there. An
 * archive whose files share bytes is refused: few kilobytes can be made to inflate to petabytes so.
 */
import { inflateRawSync } from 'node:zlib';

/** A file of the archive. */
export interface ZipItem {
  readonly name: string;
  /** Bytes once inflated, as the directory says. */
  readonly size: number;
  /** Its bytes, or in words why there are none. */
  read(): { readonly bytes: Buffer } | { readonly reason: string };
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const ITEMS = 200_000;

/** The files; folders are left out. A reason in words where it is no whole zip. */
export function readZipDirectory(
  bytes: Buffer,
): { readonly items: readonly ZipItem[] } | { readonly reason: string } {
  try {
    const end = findEnd(bytes);
    if (end === undefined) return { reason: 'it is no whole zip archive' };
    return readItems(bytes, end);
  } catch (error) {
    if (error instanceof RangeError) return { reason: 'its zip directory leads out of the file' };
    throw error;
  }
}

interface Directory {
  readonly start: number;
  readonly size: number;
  /** Bytes that stand before the archive, as in programs that are archives too. */
  readonly shift: number;
}

function findEnd(bytes: Buffer): Directory | undefined {
  const lowest = Math.max(bytes.length - 22 - 0xffff, 0);
  for (let at = bytes.length - 22; at >= lowest; at -= 1) {
    // A stored archive in a cut one has an end too; the file's own has its comment behind it.
    const isEnd = bytes.readUInt32LE(at) === END;
    if (!isEnd || at + 22 + bytes.readUInt16LE(at + 20) !== bytes.length) continue;
    return at >= 20 && bytes.readUInt32LE(at - 20) === LOCATOR64
      ? readEnd64(bytes, at)
      : readEnd(bytes, at);
  }
  return undefined;
}

function readEnd(bytes: Buffer, at: number): Directory {
  const size = bytes.readUInt32LE(at + 12);
  const start = at - size;
  return { start, size, shift: start - bytes.readUInt32LE(at + 16) };
}

function readEnd64(bytes: Buffer, end: number): Directory {
  const at = end - 20 - 56;
  if (bytes.readUInt32LE(at) !== END64) return readEnd(bytes, end);
  const size = Number(bytes.readBigUInt64LE(at + 40));
  const start = at - size;
  return { start, size, shift: start - Number(bytes.readBigUInt64LE(at + 48)) };
}

function readItems(
  bytes: Buffer,
  { start, size, shift }: Directory,
): { readonly items: readonly ZipItem[] } | { readonly reason: string } {
  const items: ZipItem[] = [];
  const places: Place[] = [];
  for (let at = start; at < start + size;) {
    if (bytes.readUInt32LE(at) !== ENTRY) return { reason: 'its zip directory is damaged' };
    if (items.length >= ITEMS) return { reason: `it has more than ${ITEMS} files` };
    const name = at + 46;
    const nameEnd = name + bytes.readUInt16LE(at + 28);
    const item = readItem(bytes, at, { text: bytes.toString('utf8', name, nameEnd), shift });
    if (!item.name.endsWith('/')) items.push(item);
    places.push(placeOf(bytes, at, shift));
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return overlap(places) ? { reason: 'its files lie over each other' } : { items };
}

/** Where a file's own header begins, and where its bytes end at the earliest. */
interface Place {
  readonly start: number;
  readonly end: number;
}

const LOCAL_BYTES = 30;

function placeOf(bytes: Buffer, at: number, shift: number): Place {
  const start = bytes.readUInt32LE(at + 42) + shift;
  const end = start + LOCAL_BYTES + bytes.readUInt16LE(at + 28) + bytes.readUInt32LE(at + 20);
  return { start, end };
}

function overlap(places: readonly Place[]): boolean {
  const sorted = places.toSorted((a, b) => a.start - b.start);
  return sorted.some(({ start }, index) => start < (sorted[index - 1]?.end ?? start));
}

interface Label {
  readonly text: string;
  readonly shift: number;
}

function readItem(bytes: Buffer, at: number, { text, shift }: Label): ZipItem {
  const entry = {
    encrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
    method: bytes.readUInt16LE(at + 10),
    packed: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    local: bytes.readUInt32LE(at + 42) + shift,
  };
  return { name: text, size: entry.size, read: () => readContent(bytes, entry) };
}

interface Content {
  readonly encrypted: boolean;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
}

function readContent(bytes: Buffer, entry: Content): ReturnType<ZipItem['read']> {
  const { encrypted, method, packed, size, local } = entry;
  if (encrypted) return { reason: 'it is encrypted' };
  if (method !== 0 && method !== 8) return { reason: `it is compressed by method ${method}` };
  try {
    if (bytes.readUInt32LE(local) !== LOCAL)
      return { reason: 'its header is not where it should be' };
    const start =
      local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const stored = bytes.subarray(start, start + packed);
    if (stored.length < packed) return { reason: 'it is cut off' };
    const content = method === 0 ? stored : inflate(stored, size);
    return content.length === size ? { bytes: content } : { reason: 'it has another size' };
  } catch {
    return { reason: 'it is damaged' };
  }
}

function inflate(stored: Buffer, size: number): Buffer {
  return inflateRawSync(stored, { maxOutputLength: Math.max(size, 1) });
}
