/**
 * Reads one 512-byte tar header as container runtimes do (Go's archive/tar; POSIX pax, ustar and
 * GNU forms), for a scanner that reads a header otherwise can be shown another image.
 */
import { invalid } from './json-document.ts';

/** What a header says. */
export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  /** One character, `0` for files, `5` for directories … */
  readonly type: string;
  /** Bytes of content in the archive; 0 for the types that have none. */
  readonly size: number;
  readonly mode: number;
  /** Set for files with holes: the content is not stored as it is read. */
  readonly sparse: boolean;
  /** Set where old GNU sparse blocks follow the header. */
  readonly moreSparse: boolean;
}

/** Bytes of a header and of the unit that contents are padded to. */
export const TAR_BLOCK = 512;

/**
 * Types that have no content whatever their size field says: links, devices, directories, pipes.
 */
const HEADER_ONLY = '123456';

/** Tells whether a block is all zeros, which ends an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.equals(ZERO_BLOCK);
}

/**
 * Reads a header block; throws `invalid-image` where a checksum or number is wrong. There are tens
 * of thousands of them in an image: fields are read as bytes, and texts made only where there is
 * one.
 */
export function parseTarHeader(block: Buffer): TarHeader {
  checkSum(block);
  const plain = text(block, 0, 100);
  const prefix = isUstar(block) ? text(block, 345, prefixLength(block)) : '';
  const name = prefix === '' ? plain : `${prefix}/${plain}`;
  const type = entryType(block, name);
  return {
    name,
    linkName: text(block, 157, 100),
    type,
    size: contentSize(type, parseSize(block)),
    mode: parseMode(block),
    sparse: type === 'S',
    moreSparse: type === 'S' && block[482] === 1,
  };
}

/** The bytes that follow a header of this type. */
export function contentSize(type: string, size: number): number {
  return HEADER_ONLY.includes(type) ? 0 : size;
}

const ZERO_BLOCK = Buffer.alloc(TAR_BLOCK);

const USTAR = Buffer.from('ustar\0', 'latin1');

function isUstar(block: Buffer): boolean {
  return block[257] === 0x75 && USTAR.compare(block, 257, 263) === 0;
}

/** POSIX has 155 bytes of prefix; star's own form 131, then times. */
function prefixLength(block: Buffer): number {
  return block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155;
}

/** The old NUL type is a file, or a directory where the name ends in a slash. */
function entryType(block: Buffer, name: string): string {
  const type = block[156] ?? 0;
  if (type !== 0) return String.fromCharCode(type);
  return name.endsWith('/') ? '5' : '0';
}

function text(block: Buffer, start: number, length: number): string {
  if (block[start] === 0) return '';
  const end = block.indexOf(0, start);
  return decodeName(
    block.subarray(start, end === -1 ? start + length : Math.min(end, start + length)),
  );
}

/**
 * A name as text. What is no UTF-8 shows its bytes as `\xff`, since names that differ only there
 * are different files.
 */
export function decodeName(bytes: Buffer): string {
  const name = bytes.toString('utf8');
  if (!name.includes('\ufffd') || Buffer.from(name).equals(bytes)) return name;
  return bytes
    .toString('latin1')
    .replaceAll(/[\u0080-\u00ff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

/** The sum over all bytes with the checksum field as blanks; some writers summed signed bytes. */
function checkSum(block: Buffer): void {
  const wanted = octal(block, 148, 156);
  const sum = 256 + sumOf(block, 0, TAR_BLOCK) - sumOf(block, 148, 156);
  if (wanted === sum || (wanted !== undefined && wanted === sum - 256 * highBytes(block))) return;
  throw invalid(`a tar header has the checksum ${wanted ?? 'none'}, its bytes sum to ${sum}`);
}

function sumOf(block: Buffer, start: number, end: number): number {
  let sum = 0;
  for (let index = start; index < end; index += 1) sum += block[index] ?? 0;
  return sum;
}

/** How many bytes outside the checksum field a signed sum counts as 256 less. */
function highBytes(block: Buffer): number {
  return block.reduce((count, byte, index) => {
    const inField = index >= 148 && index < 156;
    return byte > 127 && !inField ? count + 1 : count;
  }, 0);
}

function parseSize(block: Buffer): number {
  const first = block[124] ?? 0;
  const size = first & 0x80 ? base256(block) : octal(block, 124, 136);
  if (size !== undefined && Number.isSafeInteger(size)) return size;
  throw invalid('a tar header has a size that is not a number of bytes');
}

/** The mode decides nothing here: what is no octal number is read as far as it is one. */
function parseMode(block: Buffer): number {
  const mode = octal(block, 100, 108);
  return mode ?? (Number.parseInt(block.toString('latin1', 100, 108).trim(), 8) || 0);
}

/** GNU's binary numbers: big-endian after the marker bit; negative ones are no sizes. */
function base256(block: Buffer): number | undefined {
  const first = block[124] ?? 0;
  if (first & 0x40) return undefined;
  let value = first & 0x3f;
  for (let index = 125; index < 136; index += 1) value = value * 256 + (block[index] ?? 0);
  return value;
}

/** An octal number between blanks and zero bytes; 0 where there are only those. */
function octal(block: Buffer, start: number, end: number): number | undefined {
  let at = skipBlanks(block, start, end);
  let value = 0;
  for (; at < end && isOctalDigit(block[at]); at += 1) value = value * 8 + (block[at] ?? 0) - 0x30;
  // A zero byte ends the field whatever follows; blanks only where nothing else does.
  if (at === end || block[at] === 0) return value;
  return skipBlanks(block, at, end) === end ? value : undefined;
}

function skipBlanks(block: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at += 1;
  return at;
}

function isOctalDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}
