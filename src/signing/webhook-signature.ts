/**
 * The signature of a webhook's request, as Standard Webhooks 1.0 has it: HMAC-SHA256 over
 * `id.timestamp.body`, so that a receiver can tell that it is ours, whole and fresh.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from 'node:crypto';
import { decodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';

/** What is signed. */
export interface SignedRequest {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const PREFIX = 'whsec_';
const LEAST_BYTES = 16;
const MOST_BYTES = 512;

/** The headers of a signed request. */
export function signatureHeaders(
  secret: string,
  { id, timestamp, body }: SignedRequest,
): Readonly<Record<string, string>> {
  const hmac = createHmac('sha256', parseWebhookSecret(secret));
  const signature = hmac.update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

/**
 * The key of a secret: the bytes of what follows `whsec_` in base64, else the text's own. Refuses
 * less than 16 bytes, which could be guessed, and never repeats it.
 */
export function parseWebhookSecret(text: string): Uint8Array {
  const key = text.startsWith(PREFIX) ? decodeKey(text) : new TextEncoder().encode(text);
  if (key.length >= LEAST_BYTES && key.length <= MOST_BYTES) return key;
  throw new AssayError(
    'invalid-argument',
    `the secret has ${key.length} bytes; wanted ${LEAST_BYTES} to ${MOST_BYTES}, e.g. of ` +
      'openssl rand -hex 32',
  );
}

function decodeKey(text: string): Uint8Array {
  try {
    return decodeBase64(text.slice(PREFIX.length));
  } catch {
    throw new AssayError('invalid-argument', 'what follows whsec_ in the secret is not base64');
  }
}
