/**
 * JSON without two readings. `JSON.parse` keeps the last of two equal keys, another reader the
 * first: signed bytes that mean two things must not be read at all. RFC 8259, section 4.
 */
import type { Json } from '../domain/json.ts';
import { jsonShape } from '../domain/json-shape.ts';
import { errorText, refuse } from './refusal.ts';

/** The largest signed payload that is read: 64 KiB. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

/** What of a payload is read at the most. */
export interface StrictJsonLimits {
  readonly bytes: number;
  /** Arrays and objects that are open at once. */
  readonly depth: number;
  /** Arrays and objects in all; absent: as many as the bytes hold. */
  readonly containers?: number;
}

const PAYLOAD_LIMITS: StrictJsonLimits = { bytes: MAX_PAYLOAD_BYTES, depth: 16 };

/**
 * Reads JSON from bytes; refuses broken UTF-8, equal keys in one object, and what is beyond the
 * limits: of payloads 64 KiB and depth 16.
 */
export function parseStrictJson(bytes: Uint8Array, limits = PAYLOAD_LIMITS): Json {
  if (bytes.length > limits.bytes) {
    refuse('too-large', `payload has ${bytes.length} bytes; at most ${limits.bytes} are read`);
  }
  const text = decodeUtf8(bytes, 'payload');
  checkShape(text, limits);
  return parseJson(text);
}

/** Without `stream` a decoder keeps nothing from one text to the next. */
const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes UTF-8; refuses broken sequences. A byte order mark stays, for the parser to refuse. */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return STRICT_UTF8.decode(bytes);
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

function checkShape(text: string, limits: StrictJsonLimits): void {
  const { depth, containers, duplicateKey } = jsonShape(text);
  if (depth > limits.depth) refuse('bad-payload', `payload nests deeper than ${limits.depth}`);
  const most = limits.containers ?? Number.MAX_SAFE_INTEGER;
  if (containers > most) {
    refuse('too-large', `payload has ${containers} arrays and objects; at most ${most} are read`);
  }
  if (duplicateKey === undefined) return;
  refuse('bad-payload', `payload has the key ${JSON.stringify(duplicateKey.slice(0, 64))} twice`);
}
