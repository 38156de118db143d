/**
 * Bytes as Rego's strings and back. Go's strings are bytes: `hex.encode(base64.decode(x))` and a
 * key of an HMAC in base64 give back what went in, also where that is no UTF-8. Here each byte that
 * is no part of a character is a lone surrogate, U+DC80 to U+DCFF, as in Python's file names; what
 * is printed as JSON shows U+FFFD in its place, as Go does.
 */

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ESCAPE = 0xdc00;
const FIRST_ESCAPED = 0xdc80;
const LAST_ESCAPED = 0xdcff;

/** The string of some bytes; a mark at the beginning of them is a character like any other. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes);
  } catch {
    return escapedText(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

function escapedText(bytes: Buffer): string {
  const units = bytes.toString('latin1');
  let text = '';
  let start = 0;
  for (let at = 0; at < units.length;) {
    CHARACTER.lastIndex = at;
    if (CHARACTER.test(units)) {
      at = CHARACTER.lastIndex;
      continue;
    }
    text += bytes.toString('utf8', start, at) + String.fromCharCode(ESCAPE + units.charCodeAt(at));
    at += 1;
    start = at;
  }
  return text + bytes.toString('utf8', start);
}

/** A character in UTF-8 (RFC 3629, clause 4), one unit of Latin-1 for each byte. */
const CHARACTER = new RegExp(
  [
    String.raw`[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]`,
    String.raw`\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]`,
    String.raw`[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}`,
    String.raw`[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}`,
  ].join('|'),
  'y',
);

/** The bytes of a string. */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const parts = text.split(/([\udc80-\udcff]+)/u);
  return Buffer.concat(parts.map((part) => (isEscape(part) ? unescaped(part) : Buffer.from(part))));
}

function isEscape(part: string): boolean {
  const first = part.charCodeAt(0);
  return first >= FIRST_ESCAPED && first <= LAST_ESCAPED;
}

function unescaped(part: string): Buffer {
  return Buffer.from(Array.from(part, (unit) => unit.charCodeAt(0) - ESCAPE));
}
