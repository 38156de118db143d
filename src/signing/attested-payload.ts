/** Signed bytes against the question: do they name the image that was asked about? */
import type { Digest } from '../domain/digest.ts';
import type { Json } from '../domain/json.ts';
import { refuse } from './refusal.ts';
import {
  createSignaturePayload,
  parseSignaturePayload,
  payloadOf,
  type SignaturePayload,
} from './signature-payload.ts';

/** The image that was asked about; its name is normalised. */
export interface AskedImage {
  readonly name: string;
  readonly digest: Digest;
}

/** What every proof over a signature payload has checked at the end. */
export const PAYLOAD_CHECKED = 'the signed payload names this image and this digest';

/**
 * Reads signed bytes, and only signed bytes: name and digest must be those asked about. The very
 * bytes that gcloud prints for the image have one reading, and need not be parsed to find it.
 */
export function requirePayload(bytes: Uint8Array, image: AskedImage): Json {
  if (Buffer.from(createSignaturePayload(image)).equals(bytes)) return payloadOf(image);
  const payload = parseSignaturePayload(bytes);
  requireImage(payload, image);
  return payload.json;
}

/** Refuses a payload of another name or digest. */
export function requireImage(
  payload: Pick<SignaturePayload, 'dockerReference' | 'digest'>,
  { name, digest }: AskedImage,
): void {
  if (payload.dockerReference !== name) {
    refuse('payload-name', `signed for the name ${payload.dockerReference}; wanted ${name}`);
  }
  if (payload.digest !== digest) {
    refuse('payload-digest', `signed for the digest ${payload.digest}; wanted ${digest}`);
  }
}
