/**
 * JSON without two readings. `JSON.parse` keeps the last of two equal keys, another reader the
 * first: signed bytes that mean two things must not be read at all. RFC 8259, section 4.
 */
import type { Json } from '../domain/json.ts';
import { jsonShape } from '../domain/json-shape.ts';
import { errorText, refuse } from './refusal.ts';

/** The largest signed payload that is read: 64 KiB. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

const MAX_DEPTH = 16;

/** Reads JSON from bytes; refuses broken UTF-8, equal keys in one object, depth over 16, 64 KiB. */
export function parseStrictJson(bytes: Uint8Array): Json {
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    refuse('too-large', `payload has ${bytes.length} bytes; at most ${MAX_PAYLOAD_BYTES} are read`);
  }
  const text = decodeUtf8(bytes, 'payload');
  const value = parseJson(text);
  checkShape(text);
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

function checkShape(text: string): void {
  const { depth, duplicateKey } = jsonShape(text);
  if (depth > MAX_DEPTH) refuse('bad-payload', `payload nests deeper than ${MAX_DEPTH}`);
  if (duplicateKey === undefined) return;
  refuse('bad-payload', `payload has the key ${JSON.stringify(duplicateKey.slice(0, 64))} twice`);
}
