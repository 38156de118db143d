/** Base64 in both alphabets (RFC 4648), refused in Go's words and at Go's position. */
import { BuiltinFailure } from '../builtin.ts';

/** A whole text in the alphabet of clause 4. */
export const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** A whole text in the alphabet of clause 5, for addresses and tokens. */
export const BASE64_URL = /^[A-Za-z0-9_-]*={0,2}$/;

/** Decodes; the URL form may lack its padding. Refuses what Go refuses, and says where. */
export function decodeBase64(text: string, alphabet: RegExp): Buffer {
  const body = text.replaceAll(/[\r\n]/g, '');
  const rest = body.length % 4;
  const isWhole = rest === 0 || (alphabet === BASE64_URL && rest !== 1 && !body.includes('='));
  if (isWhole && alphabet.test(body)) return Buffer.from(body, 'base64');
  throw new BuiltinFailure(`illegal base64 data at input byte ${firstIllegal(body, alphabet)}`);
}

function firstIllegal(text: string, alphabet: RegExp): number {
  const letter = alphabet === BASE64 ? /[^A-Za-z0-9+/]/ : /[^A-Za-z0-9_-]/;
  const found = text.search(letter);
  return found === -1 ? text.length - (text.length % 4) : found;
}
