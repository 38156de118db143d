/**
 * Etags: opaque bytes, printed in base64. A client may print the same bytes in the other alphabet
 * or without padding (gcloud decodes and encodes IAM's anew), so that it is the bytes that count.
 */
import { decodeBase64 } from './base64.ts';
import { isAssayError } from './error.ts';

/** Longest etag that is looked at, in characters; ours are far below. */
const MAX_LENGTH = 1024;

/** Tells whether two etags are the same bytes; what is no base64 is compared as text. */
export function sameEtag(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [bytesOf(one), bytesOf(other)];
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

function bytesOf(text: string): Uint8Array | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    return decodeBase64(text);
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}
