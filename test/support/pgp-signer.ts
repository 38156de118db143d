/** Signing keys that live in memory, for tests that need many or short-lived ones. */
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import type { Digest } from '../../src/domain/digest.ts';
import { createSignaturePayload } from '../../src/signing/signature-payload.ts';

/** A key: its public half, and attestations made with the other. */
export interface PgpSigner {
  readonly publicKey: string;
  readonly fingerprint: string;
  /** The `attestation` of an occurrence about an image. */
  attest(image: { readonly name: string; readonly digest: Digest }): Promise<object>;
}

/** Makes an Ed25519 key; `lifetime` is in seconds, without it the key never expires. */
export async function makePgpSigner(lifetime = 0): Promise<PgpSigner> {
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    userIDs: [{ name: 'Test', email: 'test@example.org' }],
    subkeys: [],
    keyExpirationTime: lifetime,
    format: 'armored',
  });
  const signingKeys = await readPrivateKey({ armoredKey: privateKey });
  const publicKeyId = signingKeys.getFingerprint().toUpperCase();
  return {
    publicKey,
    fingerprint: publicKeyId,
    attest: async (image) => {
      const payload = new TextEncoder().encode(createSignaturePayload(image));
      const message = await createMessage({ binary: payload });
      const signature = String(await sign({ message, signingKeys, format: 'armored' }));
      const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');
      return {
        serializedPayload: base64(payload),
        signatures: [{ publicKeyId, signature: base64(signature) }],
      };
    },
  };
}
