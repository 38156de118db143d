/**
 * OpenPGP's text forms, read strictly: one armored block and nothing around it (RFC 9580,
 * section 6), or one cleartext-signed block (section 7). What another reader might skip, such as
 * text before a block, is where forged content hides: it is refused.
 */
import { refuse } from './refusal.ts';
import { decodeBase64 } from '../domain/base64.ts';

/** One armored block. */
export interface Armor {
  /** Between `BEGIN PGP` and the dashes, e.g. `MESSAGE`. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

/** One cleartext-signed block. */
export interface Cleartext {
  /** The text as it was signed: CRLF line ends, no blanks at line ends, no final line end. */
  readonly text: string;
  /** Names of its `Hash` headers, upper case. */
  readonly hashes: readonly string[];
  readonly signature: Armor;
}

const BEGIN = /^-----BEGIN PGP ([A-Z ]+)-----$/;
const CLEARTEXT_BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE_BEGIN = '-----BEGIN PGP SIGNATURE-----';
const HASH_HEADER = /^Hash: ([A-Za-z0-9-]+(?:, ?[A-Za-z0-9-]+)*)$/;
const HEADER = /^(?:Version|Comment|MessageID|Hash|Charset): .{0,200}$/;

/** Tells whether a text holds a cleartext-signed block (possibly among other things). */
export function isCleartext(text: string): boolean {
  return text.includes(CLEARTEXT_BEGIN);
}

/** Reads one armored block; refuses text outside it, unknown headers and a wrong checksum. */
export function readArmor(text: string): Armor {
  const lines = trimmedLines(text);
  const label = BEGIN.exec(lines[0] ?? '')?.[1];
  if (label === undefined)
    return refuse('bad-armor', 'no armor: the first line is not -----BEGIN PGP …-----');
  const end = lines.indexOf(`-----END PGP ${label}-----`);
  if (end < 0) return refuse('bad-armor', `armor is cut off: no -----END PGP ${label}-----`);
  if (end !== lines.length - 1)
    refuse('bad-armor', 'there is text or another block after the armor');
  const blank = lines.indexOf('');
  if (blank < 0 || blank > end)
    return refuse('bad-armor', 'armor has no blank line after its headers');
  if (!lines.slice(1, blank).every((line) => HEADER.test(line))) {
    refuse('bad-armor', 'armor has an unknown header line');
  }
  return { label, bytes: readBody(lines.slice(blank + 1, end)) };
}

/** Reads one cleartext-signed block; refuses headers other than `Hash` and text outside it. */
export function readCleartext(text: string): Cleartext {
  const lines = trimmedLines(text);
  if (lines[0] !== CLEARTEXT_BEGIN)
    refuse('bad-cleartext', 'there is text before the signed message');
  const blank = lines.indexOf('');
  const start = lines.indexOf(SIGNATURE_BEGIN);
  if (blank < 0 || start < blank) return refuse('bad-cleartext', 'the signed message is cut off');
  return {
    hashes: lines.slice(1, blank).flatMap(readHashHeader),
    text: lines
      .slice(blank + 1, start)
      .map(signedLine)
      .join('\r\n'),
    signature: readArmor(lines.slice(start).join('\n')),
  };
}

/** Lines without their CR or LF, and without empty lines around everything. */
function trimmedLines(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  return first < 0 ? [] : lines.slice(first, last + 1);
}

function readHashHeader(line: string): string[] {
  const names = HASH_HEADER.exec(line)?.[1];
  if (names === undefined) {
    return refuse(
      'bad-cleartext',
      `header ${JSON.stringify(line.slice(0, 60))} is not a Hash header`,
    );
  }
  return names.split(/, ?/).map((name) => name.toUpperCase());
}

/** Undoes dash escaping and drops blanks at the end, which are not signed (RFC 9580, 7.1, 7.2). */
function signedLine(line: string): string {
  if (line.startsWith('-') && !line.startsWith('- ')) {
    refuse('bad-cleartext', 'a line of the signed text starts with an unescaped dash');
  }
  return (line.startsWith('- ') ? line.slice(2) : line).replace(/[ \t\r]+$/, '');
}

function readBody(lines: readonly string[]): Uint8Array {
  const last = lines.at(-1) ?? '';
  const checksum = /^=[A-Za-z0-9+/]{4}$/.test(last) ? last.slice(1) : undefined;
  const body = (checksum === undefined ? lines : lines.slice(0, -1))
    .map((line) => line.trimEnd())
    .join('');
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(body) ? decodeOrRefuse(body) : undefined;
  if (bytes === undefined) return refuse('bad-armor', 'armor does not hold base64');
  if (checksum !== undefined && crc24(bytes) !== readUint24(decodeOrRefuse(checksum))) {
    refuse('bad-armor', 'armor is damaged: its checksum is wrong');
  }
  return bytes;
}

function decodeOrRefuse(text: string): Uint8Array {
  try {
    return decodeBase64(text);
  } catch {
    return refuse('bad-armor', 'armor does not hold base64');
  }
}

function readUint24(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** The CRC-24 of RFC 9580, section 6.1.1. */
function crc24(bytes: Uint8Array): number {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  return crc & 0xffffff;
}
