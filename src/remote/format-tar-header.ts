/**
 * Tar headers for the folder that is read as a layer: ustar, with a pax header before what does not
 * fit. `tar-stream` packs by being pushed, which would let a large folder pile up in memory.
 */

/** What is written down of one entry; owner and times are always those of root and 1970. */
export interface TarEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes of content; 0 for anything but a file. */
  readonly size: number;
  readonly linkName?: string;
}

const BLOCK = 512;
const NAME_BYTES = 100;
const MAX_OCTAL = 0o77777777777;
const TYPES = { file: '0', symlink: '2', directory: '5' } as const;

/** The two blocks of zeros that end an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** The header blocks of an entry; its content, padded by {@link tarPadding}, follows them. */
export function formatTarHeader(entry: TarEntry): Buffer {
  const records = Buffer.concat(paxRecords(entry));
  const header = ustarBlock({ ...entry, type: TYPES[entry.type] });
  if (records.length === 0) return header;
  const pax = { name: 'pax', mode: 0o644, type: 'x', size: records.length };
  return Buffer.concat([ustarBlock(pax), records, tarPadding(records.length), header]);
}

/** The zeros after a content of some bytes. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

function paxRecords(entry: TarEntry): Buffer[] {
  const records: Buffer[] = [];
  const link = entry.linkName ?? '';
  if (Buffer.byteLength(entry.name) > NAME_BYTES) records.push(paxRecord('path', entry.name));
  if (Buffer.byteLength(link) > NAME_BYTES) records.push(paxRecord('linkpath', link));
  if (entry.size > MAX_OCTAL) records.push(paxRecord('size', String(entry.size)));
  return records;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits too. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length += 1;
  return Buffer.from(`${length} ${key}=${value}\n`, 'utf8');
}

function ustarBlock(entry: Omit<TarEntry, 'type'> & { readonly type: string }): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(entry.name, 0, NAME_BYTES, 'utf8');
  block.write(octal(entry.mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(entry.size > MAX_OCTAL ? 0 : entry.size, 11), 124, 'latin1');
  block.write(octal(0, 11), 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(entry.type, 156, 'latin1');
  block.write(entry.linkName ?? '', 157, NAME_BYTES, 'utf8');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
