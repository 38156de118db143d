/**
 * Making signatures over a payload with a private key at hand. The key is read, used and let go: it
 * is in no value that leaves, and no error repeats it.
 */
import { constants, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { createMessage, decryptKey, readPrivateKey, sign as signMessage } from 'openpgp';
import { STRICT } from './pgp-config.ts';
import { refuse } from './refusal.ts';
import { usualAlgorithm } from './usual-algorithm.ts';
import { type PkixKey, readPkixKey } from './verify-pkix.ts';

/** A private key in text, and the passphrase that it is kept under. */
export interface PrivateKeyText {
  /** PEM, or an armored PGP secret key. */
  readonly text: string;
  readonly passphrase?: string;
}

/** A signature, and the public key that verifies it by what that is. */
export interface MadeSignature {
  readonly signature: Uint8Array;
  /** Fingerprint, or digest of the DER key. */
  readonly keyName: string;
}

/** Tells a PGP key by its armor. */
export function isPgpKeyText(text: string): boolean {
  return text.includes('-----BEGIN PGP ');
}

/** A PEM private key's public half. */
export interface PublicHalf {
  readonly name: string;
  /** The algorithm that openssl takes for it. */
  readonly usual: string;
  readonly pem: string;
}

/** The public half of a PEM private key; refuses what is weak or no such key. */
export function publicHalf(key: PrivateKeyText): PublicHalf {
  const pem = publicPem(readPem(key));
  const usual = usualAlgorithm(pem);
  return { name: readPkixKey(pem, usual).id, usual, pem };
}

/** Signs with a PEM private key by an algorithm of Binary Authorization, or `ED25519`. */
export function signWithPem(
  payload: Uint8Array,
  key: PrivateKeyText,
  algorithm: string,
): MadeSignature {
  const privateKey = readPem(key);
  const read = readPkixKey(publicPem(privateKey), algorithm);
  const signature = sign(read.hash ?? null, payload, signInput(privateKey, read));
  return { signature, keyName: read.id };
}

/**
 * Signs with an armored PGP secret key: an attached message, armored, which is the one form that
 * every reader of Binary Authorization's attestations takes.
 */
export async function signWithPgp(
  payload: Uint8Array,
  { text, passphrase }: PrivateKeyText,
): Promise<MadeSignature> {
  const kept = await readPrivateKey({ armoredKey: text, config: STRICT }).catch(() =>
    refuse('bad-key', 'the PGP secret key cannot be read; export it with gpg --armor'),
  );
  const locked = kept.getKeys().some((one) => 'isDecrypted' in one && one.isDecrypted() === false);
  if (locked && passphrase === undefined) {
    refuse('bad-key', 'the PGP secret key is locked; give --passphrase-file');
  }
  const key = locked
    ? await decryptKey({ privateKey: kept, passphrase: passphrase ?? '' }).catch(() =>
        refuse('bad-key', 'the passphrase does not unlock the PGP secret key'),
      )
    : kept;
  const message = await createMessage({ binary: payload });
  const armored = await signMessage({ message, signingKeys: key, config: STRICT }).catch(() =>
    refuse('key-may-not-sign', 'the PGP key may not sign: expired, revoked, or for other uses'),
  );
  return {
    signature: new TextEncoder().encode(armored),
    keyName: key.getFingerprint().toUpperCase(),
  };
}

function readPem({ text, passphrase }: PrivateKeyText): KeyObject {
  if (!text.includes('PRIVATE KEY-----')) {
    refuse('bad-key', 'wanted a PEM block PRIVATE KEY, or an armored PGP secret key');
  }
  try {
    return createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
  } catch {
    const hint = text.includes('ENCRYPTED') ? 'is the passphrase right? (--passphrase-file)' : '';
    return refuse('bad-key', `the PEM private key cannot be read${hint && `; ${hint}`}`);
  }
}

function publicPem(key: KeyObject): string {
  return String(createPublicKey(key).export({ type: 'spki', format: 'pem' }));
}

/** A PSS salt is as long as the hash, as Google's own signers and JSON Web Signatures have it. */
function signInput(key: KeyObject, { padding }: PkixKey): Parameters<typeof sign>[2] {
  if (padding === 'none') return { key, dsaEncoding: 'der' };
  if (padding === 'pkcs1') return { key, padding: constants.RSA_PKCS1_PADDING };
  return {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
}
