/**
 * The header of an rpm package as every rpm database keeps it (RPM file format, "Header"): counts
 * of index entries and data bytes, the index, the data; all big-endian. Whatever an entry points at
 * is checked against the data before it is read.
 */
import { decodeLossy } from './text-lines.ts';

/** A header: its index by tag, and the data that the index points into. */
export interface RpmHeader {
  readonly entries: ReadonlyMap<number, RpmEntry>;
  readonly data: Uint8Array;
}

interface RpmEntry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/** rpm's own caps: HEADER_TAGS_MAX and HEADER_DATA_MAX. */
const MOST_ENTRIES = 65_536;
const MOST_DATA = 256 * 1024 * 1024;
const PREAMBLE = 8;
const ENTRY = 16;

const TYPE = { int32: 4, string: 6, stringArray: 8, translated: 9 } as const;
/** Tags below this one speak of the header itself: regions, signatures' places, translations. */
const FIRST_TAG = 1000;

/** Reads the index; the reason in words where the bytes are no header. */
export function parseRpmHeader(
  bytes: Uint8Array,
): { readonly header: RpmHeader } | { readonly reason: string } {
  if (bytes.length < PREAMBLE) return { reason: `a header of ${bytes.length} bytes` };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0);
  const size = view.getUint32(4);
  if (count === 0 || count > MOST_ENTRIES) return { reason: `a header of ${count} entries` };
  if (size > MOST_DATA) return { reason: `a header of ${size} bytes of data` };
  const start = PREAMBLE + count * ENTRY;
  if (start + size > bytes.length) return { reason: 'a header that ends before its data' };
  const entries = new Map<number, RpmEntry>();
  for (let at = PREAMBLE; at < start; at += ENTRY) {
    const tag = view.getUint32(at);
    // What was added after the package was built comes last and stands for what it repeats.
    if (tag >= FIRST_TAG) entries.set(tag, readEntry(view, at));
  }
  return { header: { entries, data: bytes.subarray(start, start + size) } };
}

function readEntry(view: DataView, at: number): RpmEntry {
  return {
    type: view.getUint32(at + 4),
    offset: view.getUint32(at + 8),
    count: view.getUint32(at + 12),
  };
}

/** The text of a tag; empty where there is none, undefined where it is damaged or no text. */
export function headerText(header: RpmHeader, tag: number): string | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) return '';
  const { type } = entry;
  const isText = type === TYPE.string || type === TYPE.stringArray || type === TYPE.translated;
  return isText && entry.count > 0
    ? readTexts(header.data, { ...entry, count: 1 })?.[0]
    : undefined;
}

/** The texts of a tag; none where there is none, undefined where they are damaged or no texts. */
export function headerTexts(header: RpmHeader, tag: number): readonly string[] | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) return [];
  return entry.type === TYPE.stringArray ? readTexts(header.data, entry) : undefined;
}

/** The 32-bit numbers of a tag; none where there is none, undefined where they are damaged. */
export function headerNumbers(header: RpmHeader, tag: number): readonly number[] | undefined {
  const entry = header.entries.get(tag);
  if (entry === undefined) return [];
  const { type, offset, count } = entry;
  const { data } = header;
  if (type !== TYPE.int32 || offset + count * 4 > data.length) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: count }, (_, index) => view.getUint32(offset + index * 4));
}

/** Each text takes a byte at least, so that no count makes more of them than there are bytes. */
function readTexts(data: Uint8Array, { offset, count }: RpmEntry): readonly string[] | undefined {
  if (offset + count > data.length) return undefined;
  const texts: string[] = [];
  let at = offset;
  while (texts.length < count) {
    const end = data.indexOf(0, at);
    if (end === -1) return undefined;
    texts.push(decodeLossy(data.subarray(at, end)).text);
    at = end + 1;
  }
  return texts;
}
