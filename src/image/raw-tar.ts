/** Writes tars for tests, also wrong ones that no library would write. */
import { parseDigest, type Digest } from '../domain/digest.ts';

/** One header and its content; every field may be a lie. */
export interface RawEntry {
  readonly name: string;
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly link?: string;
  /** The size field, where it is not the content's length. */
  readonly size?: number;
  /** Written over the header at this offset before the checksum is made. */
  readonly patch?: { readonly at: number; readonly bytes: Buffer };
  readonly checksum?: string;
}

/** A tar of these entries with its end marker. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(1024)]);
}

/** One entry: header, content, padding. */
export function rawEntry(entry: RawEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  header.write(entry.name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(entry.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(entry.type ?? '0', 156);
  header.write(entry.link ?? '', 157, 100);
  header.write('ustar\x0000', 257);
  if (entry.patch) entry.patch.bytes.copy(header, entry.patch.at);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(entry.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** A pax record with its length in front. */
export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const digits = String(rest + String(rest + 1).length).length;
  return `${rest + digits} ${key}=${value}\n`;
}

/** The bytes in pieces, as a network would bring them. */
export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A digest of 64 times this digit. */
export function digestOf(digit: string): Digest {
  return parseDigest(`sha256:${digit.repeat(64)}`);
}
