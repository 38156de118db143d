/**
 * Base64 on the wires that we serve: gcloud sends the URL-safe alphabet, the npm clients the
 * standard one, both mean the same bytes. RFC 4648, sections 4 and 5.
 */
import { AssayError } from './error.ts';

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;
const URL_SAFE = /^[A-Za-z0-9_-]*={0,2}$/;

/**
 * Reads base64 of either alphabet, padded or not. Refuses a mix of alphabets, blanks, wrong
 * padding, impossible lengths and bits beyond the last byte (RFC 4648, section 3.5).
 */
export function decodeBase64(text: string): Uint8Array {
  const problem = base64Problem(text);
  if (problem !== undefined) {
    throw new AssayError(
      'invalid-argument',
      `base64 ${JSON.stringify(text.slice(0, 32))} ${problem}; send RFC 4648 base64`,
    );
  }
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/** Prints bytes in the standard alphabet, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function base64Problem(text: string): string | undefined {
  if (!STANDARD.test(text) && !URL_SAFE.test(text)) {
    return 'has characters outside one alphabet, or padding that is not at the end';
  }
  const digits = text.replace(/=+$/, '');
  if (digits.length % 4 === 1) return `has an impossible length of ${digits.length} digits`;
  if (digits.length < text.length && text.length % 4 !== 0) return 'is padded wrongly';
  const canonical = Buffer.from(digits, 'base64').toString('base64url');
  const given = digits.replaceAll('+', '-').replaceAll('/', '_');
  return canonical === given ? undefined : 'has bits set beyond its last byte';
}
