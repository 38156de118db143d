/**
 * JSON without two readings. `JSON.parse` keeps the last of two equal keys, another reader the
 * first: signed bytes that mean two things must not be read at all. RFC 8259, section 4.
 */
import type { Json } from '../domain/json.ts';
import { errorText, refuse } from './refusal.ts';

/** The largest signed payload that is read: 64 KiB. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

const MAX_DEPTH = 16;
const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;

/** Reads JSON from bytes; refuses broken UTF-8, equal keys in one object, depth over 16, 64 KiB. */
export function parseStrictJson(bytes: Uint8Array): Json {
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    refuse('too-large', `payload has ${bytes.length} bytes; at most ${MAX_PAYLOAD_BYTES} are read`);
  }
  const text = decodeUtf8(bytes, 'payload');
  const value = parseJson(text);
  checkKeys(text);
  return value;
}

/** Decodes UTF-8; refuses broken sequences. A byte order mark stays, for the parser to refuse. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse('bad-encoding', `${what} is not valid UTF-8`);
  }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    return refuse('bad-payload', `payload is not JSON: ${errorText(error)}`);
  }
}

/** Walks the tokens of JSON that is known to be well-formed, with one key set per open object. */
function checkKeys(text: string): void {
  const open: Set<string>[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const token = match[0];
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (match[1] !== undefined) addKey(open.at(-1), token.slice(0, -match[1].length));
    if (open.length > MAX_DEPTH) refuse('bad-payload', `payload nests deeper than ${MAX_DEPTH}`);
  }
}

function addKey(keys: Set<string> | undefined, token: string): void {
  const key = JSON.parse(token) as string;
  if (keys?.has(key))
    refuse('bad-payload', `payload has the key ${JSON.stringify(key.slice(0, 64))} twice`);
  keys?.add(key);
}
