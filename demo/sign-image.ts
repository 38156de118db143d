/** A PGP key and a signature with it, as `gpg --armor --sign` makes them, but without gpg. */
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import type { Digest } from '../src/domain/digest.ts';
import { createSignaturePayload } from '../src/signing/signature-payload.ts';

/** A signing key: the public half for the attestor, and what signs with the other. */
export interface DemoKey {
  /** The armored public key. */
  readonly publicKey: string;
  /** 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** The payload for an image, and its armored attached signature. */
  readonly sign: (image: {
    readonly name: string;
    readonly digest: Digest;
  }) => Promise<{ readonly payload: string; readonly signature: string }>;
}

/** Makes a key that lives in memory only. RSA 3072: what Debian 12's gpg makes by default. */
export async function makeDemoKey(): Promise<DemoKey> {
  const { privateKey: armored, publicKey } = await generateKey({
    type: 'rsa',
    rsaBits: 3072,
    userIDs: [{ name: 'Demo Attestor', email: 'demo@assay.example' }],
    subkeys: [],
    format: 'armored',
  });
  const signingKeys = await readPrivateKey({ armoredKey: armored });
  return {
    publicKey,
    fingerprint: signingKeys.getFingerprint().toUpperCase(),
    sign: async (image) => {
      const payload = createSignaturePayload(image);
      const message = await createMessage({ binary: new TextEncoder().encode(payload) });
      const signature = await sign({ message, signingKeys, format: 'armored' });
      return { payload, signature: String(signature) };
    },
  };
}
