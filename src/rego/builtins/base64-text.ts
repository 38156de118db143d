/** Base64 in both alphabets (RFC 4648), refused in Go's words and at Go's position. */
import { BuiltinFailure } from '../model/builtin.ts';
import { bytesOfText } from './byte-text.ts';

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;
const FOR_URLS = /^[A-Za-z0-9_-]*={0,2}$/;

/** Decodes the alphabet of clause 4; refuses what Go refuses, and says where. */
export function decodeBase64(text: string): Buffer {
  return decode(text, STANDARD);
}

/** Decodes the alphabet of clause 5, for addresses and tokens; the padding may be left out. */
export function decodeBase64Url(text: string): Buffer {
  if (text.endsWith('=')) return decode(text, FOR_URLS);
  const rest = text.length % 4;
  if (rest === 1) throw new BuiltinFailure(`illegal base64url string: ${text.slice(0, MAX_SHOWN)}`);
  return decode(text + ['', '', '==', '='][rest], FOR_URLS);
}

/** So much of a wrong text is shown: some are secrets, and some are long. */
const MAX_SHOWN = 256;

function decode(text: string, alphabet: RegExp): Buffer {
  const body = /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]/g, '') : text;
  if (body.length % 4 === 0 && alphabet.test(body)) return Buffer.from(body, 'base64');
  throw new BuiltinFailure(`illegal base64 data at input byte ${firstIllegal(text, alphabet)}`);
}

const PADDING = 0x3d;

/** Where Go's decoder stops, which counts line ends although it skips them. */
function firstIllegal(text: string, alphabet: RegExp): number {
  const bytes = bytesOfText(text);
  const isLetter = (byte: number): boolean =>
    byte !== PADDING && alphabet.test(String.fromCharCode(byte));
  const end = bytes.findIndex((byte) => !isLineEnd(byte) && !isLetter(byte));
  const stop = end === -1 ? bytes.length : end;
  const letters = bytes.subarray(0, stop).filter((byte) => !isLineEnd(byte)).length % 4;
  if (end === -1) return bytes.length - letters;
  if (bytes[end] !== PADDING || letters < 2) return end;
  return afterPadding(bytes, { at: end, letters });
}

/** Two letters want two signs of padding, three one; nothing stands behind them. */
function afterPadding(bytes: Buffer, { at, letters }: { at: number; letters: number }): number {
  const next = skipLineEnds(bytes, at + 1);
  if (letters === 3) return next;
  if (next === bytes.length) return next;
  return bytes[next] === PADDING ? skipLineEnds(bytes, next + 1) : next - 1;
}

function skipLineEnds(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isLineEnd(bytes[at] ?? 0)) at += 1;
  return at;
}

function isLineEnd(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}
