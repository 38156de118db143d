/**
 * The old form of rpm's database: a Berkeley DB hash file (db_page.h) whose values are headers.
 * Pages are read one after another, not by bucket: each page is looked at once, whatever it links.
 */
import type { PackageDatabase } from './package-database.ts';
import { readRpmRecords, type RpmRecord } from './rpm-database.ts';

/** Reads `Packages`. What is wrong with it is a fatal problem of the answer. */
export function readRpmBdb(bytes: Uint8Array, path: string): PackageDatabase {
  return readRpmRecords(bdbRecords(bytes), path);
}

const HASH_MAGIC = 0x061561;
const PAGE_HEADER = 26;
const META = 512;
const PAGE_TYPE = { hashUnsorted: 2, overflow: 7, hashMeta: 8, hash: 13 } as const;
const ITEM_TYPE = { inline: 1, offPage: 3 } as const;
const OFF_PAGE_ITEM = 12;

/** A file's bytes in its own byte order. */
interface Pages {
  readonly view: DataView;
  readonly little: boolean;
  readonly size: number;
  /** The last page's number. */
  readonly last: number;
  /** Bytes that overflow pages may still give; each belongs to one value. */
  left: number;
}

function* bdbRecords(bytes: Uint8Array): Generator<RpmRecord> {
  const pages = openPages(bytes);
  if ('damage' in pages) return yield pages;
  for (let page = 1; page <= pages.last; page += 1) {
    const type = pages.view.getUint8(page * pages.size + 25);
    if (type === PAGE_TYPE.hash || type === PAGE_TYPE.hashUnsorted) yield* pageRecords(pages, page);
    if (pages.left < 0) return yield { damage: 'its overflow pages are used more than once' };
  }
}

function openPages(bytes: Uint8Array): Pages | { readonly damage: string } {
  if (bytes.length < META) return { damage: 'it is shorter than a page' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getUint32(12, true) === HASH_MAGIC;
  if (!little && view.getUint32(12) !== HASH_MAGIC) return { damage: 'it is no Berkeley hash' };
  const size = view.getUint32(20, little);
  const power = size >= META && size <= 65_536 && (size & (size - 1)) === 0;
  if (!power) return { damage: `it has pages of ${size} bytes` };
  if (view.getUint8(24) !== 0) return { damage: 'it is encrypted' };
  if (view.getUint8(25) !== PAGE_TYPE.hashMeta) return { damage: 'its first page is no hash' };
  const last = view.getUint32(32, little);
  if ((last + 1) * size > bytes.length) return { damage: 'it ends before its last page' };
  return { view, little, size, last, left: bytes.length };
}

/** Keys and values in turn; the key 0 has no header but the next free key. */
function* pageRecords(pages: Pages, page: number): Generator<RpmRecord> {
  const { view, little, size } = pages;
  const start = page * size;
  const count = view.getUint16(start + 20, little);
  if (PAGE_HEADER + count * 2 > size) return yield { damage: `page ${page} has ${count} entries` };
  for (let index = 1; index < count; index += 2) {
    const item = itemAt(pages, start, index);
    if (item === undefined) return yield { damage: `page ${page} is damaged` };
    const record = readItem(pages, item);
    if (record !== undefined && pages.left >= 0) yield record;
  }
}

/** Items lie from the page's end towards its head: each ends where the one before begins. */
function itemAt({ view, little, size }: Pages, start: number, index: number): DataView | undefined {
  const slot = start + PAGE_HEADER + index * 2;
  const offset = view.getUint16(slot, little);
  const end = view.getUint16(slot - 2, little);
  const right = offset >= PAGE_HEADER && offset < end && end <= size;
  if (!right) return undefined;
  return new DataView(view.buffer, view.byteOffset + start + offset, end - offset);
}

/** A header has more bytes than the one number of the key 0. */
const NEXT_KEY = 4;

function readItem(pages: Pages, item: DataView): RpmRecord | undefined {
  const type = item.getUint8(0);
  if (type === ITEM_TYPE.offPage && item.byteLength >= OFF_PAGE_ITEM) {
    const first = item.getUint32(4, pages.little);
    return readOverflow(pages, first, item.getUint32(8, pages.little));
  }
  if (type !== ITEM_TYPE.inline) return { damage: `it has an entry of the kind ${type}` };
  const header = new Uint8Array(item.buffer, item.byteOffset + 1, item.byteLength - 1);
  return header.length === NEXT_KEY ? undefined : { header };
}

/** Follows a chain of overflow pages for as many bytes as the value has. */
function readOverflow(pages: Pages, first: number, length: number): RpmRecord {
  pages.left -= length;
  if (pages.left < 0) return { damage: 'a value is larger than the file' };
  const header = new Uint8Array(length);
  let filled = 0;
  for (let page = first; filled < length;) {
    const part = overflowPart(pages, page);
    if (part === undefined || part.bytes.length > length - filled) {
      return { damage: `the chain of overflow pages from ${first} is damaged` };
    }
    header.set(part.bytes, filled);
    filled += part.bytes.length;
    page = part.next;
  }
  return { header };
}

/** A page without bytes ends a chain too early, as one that is not there does. */
function overflowPart(
  { view, little, size, last }: Pages,
  page: number,
): { readonly bytes: Uint8Array; readonly next: number } | undefined {
  if (page < 1 || page > last) return undefined;
  const start = page * size;
  const length = view.getUint16(start + 22, little);
  const isOverflow = view.getUint8(start + 25) === PAGE_TYPE.overflow;
  if (!isOverflow || length === 0 || PAGE_HEADER + length > size) return undefined;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start + PAGE_HEADER, length);
  return { bytes, next: view.getUint32(start + 16, little) };
}
