/**
 * GitHub's signature of a webhook: HMAC-SHA256 over the raw body, in hex
 * (docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/** Whether a header could be a signature at all. */
export function looksSigned(header: string | undefined): header is string {
  return header !== undefined && SIGNATURE.test(header);
}

/** Tells whether `X-Hub-Signature-256` is of a body under a secret; takes the same time always. */
export function isSignedBody(secret: string, header: string, body: Uint8Array): boolean {
  const shown = SIGNATURE.exec(header)?.[1];
  if (shown === undefined) return false;
  const wanted = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(wanted, Buffer.from(shown, 'hex'));
}
