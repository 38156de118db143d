/**
 * Extended headers of pax archives: long names, sizes and sparse marks (POSIX pax, "Extended
 * Header").
 */
import { invalid } from './json-document.ts';
import { contentSize, decodeName, type TarHeader } from './tar-header.ts';

/** Key to value; the last of equal keys wins. */
export type PaxRecords = ReadonlyMap<string, string>;

const NUL_FREE = new Set(['path', 'linkpath']);

/** Reads `LENGTH key=value\n` records; throws `invalid-image` where a length or value is wrong. */
export function parsePaxRecords(bytes: Buffer): PaxRecords {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const end = recordEnd(bytes, at);
    const record = decodeName(bytes.subarray(bytes.indexOf(0x20, at) + 1, end - 1));
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (equals < 1 || key.includes('\0') || (NUL_FREE.has(key) && value.includes('\0'))) {
      throw invalid('a pax header has a record without a key, or with a zero byte in a name');
    }
    records.set(key, value);
    at = end;
  }
  return records;
}

/**
 * Refuses a global header that renames or resizes what follows: runtimes ignore it, tar does not.
 */
export function checkGlobalRecords(records: PaxRecords): void {
  for (const key of ['path', 'linkpath', 'size']) {
    if (records.has(key)) throw invalid(`a global pax header sets ${key}; readers disagree on it`);
  }
}

/** The header with what its pax records say instead; an empty value changes nothing. */
export function applyPaxRecords(header: TarHeader, records: PaxRecords): TarHeader {
  if (records.size === 0) return header;
  const sparse = records.has('GNU.sparse.major') || records.has('GNU.sparse.map');
  const name = (sparse && records.get('GNU.sparse.name')) || records.get('path') || header.name;
  return {
    ...header,
    name,
    linkName: records.get('linkpath') || header.linkName,
    size: contentSize(header.type, paxSize(records.get('size')) ?? header.size),
    sparse: header.sparse || sparse,
  };
}

/** The index after the record that starts at `at`; its last byte is a line feed. */
function recordEnd(bytes: Buffer, at: number): number {
  const blank = bytes.indexOf(0x20, at);
  const digits = blank === -1 || blank - at > 8 ? '' : bytes.toString('latin1', at, blank);
  const end = /^[0-9]+$/.test(digits) ? at + Number(digits) : 0;
  if (end > blank + 1 && end <= bytes.length && bytes[end - 1] === 0x0a) return end;
  throw invalid('a pax header has a record whose length is wrong');
}

function paxSize(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const size = /^[0-9]{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw invalid('a pax header has a size that is not a number of bytes');
}
