/** Keys that sign VEX documents in tests, in every way in which documents are signed. */
import { createHash, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { createCleartextMessage, createMessage, generateKey, readPrivateKey, sign } from 'openpgp';

/** A PKIX key. */
export interface PkixSigner {
  readonly publicKey: string;
  /** A raw signature over bytes, ECDSA in DER. */
  readonly sign: (bytes: Uint8Array) => Buffer;
  /** A DSSE envelope over a payload. */
  readonly envelope: (payload: Uint8Array, type: string) => Buffer;
}

/** Makes a P-256 key. */
export function makePkixSigner(): PkixSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const raw = (bytes: Uint8Array): Buffer => signBytes('sha256', bytes, privateKey);
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: raw,
    envelope: (payload, payloadType) => {
      const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
      const sig = raw(Buffer.concat([Buffer.from(head), payload])).toString('base64');
      const body = Buffer.from(payload).toString('base64');
      return Buffer.from(JSON.stringify({ payloadType, payload: body, signatures: [{ sig }] }));
    },
  };
}

/** A PGP key. */
export interface PgpDocumentSigner {
  readonly publicKey: string;
  readonly detach: (bytes: Uint8Array) => Promise<Buffer>;
  readonly clearsign: (text: string) => Promise<Buffer>;
}

/** Makes an Ed25519 key that ends after so many seconds; 0: never. */
export async function makePgpDocumentSigner(lifetime = 0): Promise<PgpDocumentSigner> {
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    userIDs: [{ name: 'Test', email: 'vex@example.org' }],
    subkeys: [],
    keyExpirationTime: lifetime,
    format: 'armored',
  });
  const signingKeys = await readPrivateKey({ armoredKey: privateKey });
  return {
    publicKey,
    detach: async (bytes) => {
      const message = await createMessage({ binary: bytes });
      return Buffer.from(String(await sign({ message, signingKeys, detached: true })));
    },
    clearsign: async (text) => {
      const message = await createCleartextMessage({ text });
      return Buffer.from(String(await sign({ message, signingKeys })));
    },
  };
}

/** The digest of bytes. */
export function sha256Of(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
