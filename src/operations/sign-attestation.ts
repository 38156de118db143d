/**
 * Signing an image's payload where the key is: on the machine of whoever signs. Only payload,
 * signature and the name of the public key go on to wherever the attestations are kept.
 */
import { encodeBase64 } from '../domain/base64.ts';
import { isDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { formatTime } from '../domain/time.ts';
import { signWithGpg } from '../remote/run-gpg.ts';
import { createSignaturePayload } from '../signing/signature-payload.ts';
import type { MadeSignature, PrivateKeyText } from '../signing/sign-payload.ts';
import type { ShownAttestor, ShownKey } from './show-attestor.ts';

/** By which key: one at hand, or one of gpg's agent. */
export type SigningKey =
  | ({ readonly kind: 'text' } & PrivateKeyText)
  | {
      readonly kind: 'gpg';
      readonly keyId: string;
      readonly passphraseFile?: string;
      readonly env: Readonly<Record<string, string | undefined>>;
    };

/** A signed payload, ready for `create-attestation`. */
export interface SignedAttestation {
  readonly payload: string;
  readonly signature: string;
  readonly publicKeyId: string;
}

/** The payload that is signed for an image by digest; refuses any other image. */
export function payloadOf(image: string): string {
  const { name, digest = '' } = parseImageReference(image);
  if (isDigest(digest)) return createSignaturePayload({ name, digest });
  throw new AssayError('invalid-argument', `${image} has no digest; sign an image by its digest`);
}

/**
 * Signs for an attestor. Throws `failed-precondition` for a key that is none of its keys, and for
 * one that is revoked or retired: it stays good for what it signed, and signs nothing new.
 */
export async function signAttestation(
  image: string,
  attestor: ShownAttestor,
  key: SigningKey,
): Promise<SignedAttestation> {
  const payload = new TextEncoder().encode(payloadOf(image));
  const { signature, key: by } = await signBy(payload, attestor, key);
  return {
    payload: encodeBase64(payload),
    signature: encodeBase64(signature),
    publicKeyId: by.id,
  };
}

interface SignedBy extends Pick<MadeSignature, 'signature'> {
  readonly key: ShownKey;
}

async function signBy(
  payload: Uint8Array,
  attestor: ShownAttestor,
  key: SigningKey,
): Promise<SignedBy> {
  if (key.kind === 'gpg') {
    const { signature, fingerprint } = await signWithGpg(payload, key);
    return { signature, key: requireKey(attestor, fingerprint) };
  }
  const { isPgpKeyText, publicHalf, signWithPem, signWithPgp } =
    await import('../signing/sign-payload.ts');
  if (isPgpKeyText(key.text)) {
    const { signature, keyName } = await signWithPgp(payload, key);
    return { signature, key: requireKey(attestor, keyName) };
  }
  const { name, usual } = publicHalf(key);
  const known = requireKey(attestor, name);
  const { signature } = signWithPem(payload, key, known.algorithm ?? usual);
  return { signature, key: known };
}

function requireKey({ name, keys }: ShownAttestor, keyName: string): ShownKey {
  const found = keys.find((key) => key.name === keyName);
  if (found === undefined) {
    const add = 'add its public half: assay attestor add-key';
    const message = `key ${keyName} is none of the ${keys.length} keys of ${name}; ${add}`;
    throw new AssayError('failed-precondition', message);
  }
  const { revokedFrom, retiredFrom } = found;
  const [word, from] =
    revokedFrom === undefined ? ['retired', retiredFrom] : ['revoked', revokedFrom];
  if (from === undefined) return found;
  const since = `key ${keyName} is ${word} from ${formatTime(from)} on`;
  throw new AssayError('failed-precondition', `${since} and signs nothing new; use another key`);
}
