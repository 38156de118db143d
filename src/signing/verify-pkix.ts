/**
 * PKIX signatures as Binary Authorization has them: a raw signature over the serialized payload by
 * a key whose algorithm is fixed when it is added. The algorithm is the key's, never the message's.
 */
import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { refuse, toRefusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A checked PKIX key with its one algorithm, parsed once. */
export interface PkixKey {
  readonly key: KeyObject;
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly padding: 'pss' | 'pkcs1' | 'none';
  /** `ni:///sha-256;` and the base64url digest of the DER key (RFC 6920), Google's default id. */
  readonly id: string;
}

type Hash = PkixKey['hash'];

/** `RSA_PSS_2048_SHA256` and the like, `RSA_SIGN_PSS_…` being its alias, likewise `EC_SIGN_…`. */
const RSA = /^RSA_(SIGN_PSS|PSS|SIGN_PKCS1)_(?:(2048|3072|4096)_SHA256|(4096)_SHA512)$/;
const ECDSA: Readonly<Record<string, { readonly curve: string; readonly hash: Hash }>> = {
  P256_SHA256: { curve: 'prime256v1', hash: 'sha256' },
  P384_SHA384: { curve: 'secp384r1', hash: 'sha384' },
  P521_SHA512: { curve: 'secp521r1', hash: 'sha512' },
};

const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;
const MAX_PEM = 16 * 1024;
const MAX_SIGNATURE = 1024;

/**
 * Reads a PEM `PUBLIC KEY` for one of Binary Authorization's algorithms. Refuses (`invalid-key`)
 * private keys, other PEM blocks, unknown algorithms and keys of another kind, size or curve.
 */
export function readPkixKey(publicKeyPem: string, signatureAlgorithm: string): PkixKey {
  if (publicKeyPem.includes('PRIVATE KEY')) {
    refuse('private-key', 'this is a private key; send its public half', 'invalid-key');
  }
  if (publicKeyPem.length > MAX_PEM || !PEM.test(publicKeyPem)) {
    refuse('bad-key', 'wanted exactly one PEM block PUBLIC KEY of at most 16 KiB', 'invalid-key');
  }
  const key = parsePem(publicKeyPem);
  const der = key.export({ type: 'spki', format: 'der' });
  const id = `ni:///sha-256;${createHash('sha256').update(der).digest('base64url')}`;
  return { key, id, ...readAlgorithm(signatureAlgorithm, key) };
}

/** Verifies a raw signature (ECDSA in DER) over exactly these bytes; a refusal is a value. */
export function verifyPkixSignature(question: {
  key: PkixKey;
  payload: Uint8Array;
  signature: Uint8Array;
}): { readonly ok: true } | Refusal {
  const { key, payload, signature } = question;
  try {
    if (signature.length > MAX_SIGNATURE) {
      refuse('too-large', `signature has ${signature.length} bytes; wanted a raw signature`);
    }
    if (verify(key.hash, payload, keyInput(key), signature)) return { ok: true };
    return refuse('bad-signature', 'the signature does not fit the payload and the key');
  } catch (error) {
    return toRefusal(error, 'bad-signature');
  }
}

function parsePem(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    return refuse('bad-key', 'the PEM block holds no public key that can be read', 'invalid-key');
  }
}

function readAlgorithm(name: string, key: KeyObject): Pick<PkixKey, 'hash' | 'padding'> {
  const rsa = RSA.exec(name);
  if (!rsa) return readEcdsa(name, key);
  requireRsa(key, Number(rsa[2] ?? rsa[3]), name);
  return {
    hash: rsa[3] === undefined ? 'sha256' : 'sha512',
    padding: rsa[1] === 'SIGN_PKCS1' ? 'pkcs1' : 'pss',
  };
}

function readEcdsa(name: string, key: KeyObject): Pick<PkixKey, 'hash' | 'padding'> {
  const curve = name.replace(/^(?:ECDSA|EC_SIGN)_/, '');
  const ecdsa = curve !== name && Object.hasOwn(ECDSA, curve) ? ECDSA[curve] : undefined;
  if (ecdsa === undefined) {
    const shown = JSON.stringify(name.slice(0, 60));
    return refuse('unsupported', `signature algorithm ${shown} is unknown`, 'invalid-key');
  }
  const found = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType;
  if (found !== ecdsa.curve) {
    refuse('bad-key', `the key is ${found}; ${name} wants ${ecdsa.curve}`, 'invalid-key');
  }
  return { hash: ecdsa.hash, padding: 'none' };
}

function requireRsa(key: KeyObject, bits: number, name: string): void {
  const found = key.asymmetricKeyDetails?.modulusLength;
  if (key.asymmetricKeyType === 'rsa' && found === bits) return;
  refuse(
    'bad-key',
    `the key is ${key.asymmetricKeyType} ${found ?? ''}; ${name} wants rsa ${bits}`,
    'invalid-key',
  );
}

/** A PSS salt of any length is read: the tools differ, and it adds nothing to forge with. */
function keyInput(key: PkixKey): Parameters<typeof verify>[2] {
  if (key.padding === 'none') return { key: key.key, dsaEncoding: 'der' };
  if (key.padding === 'pkcs1') return { key: key.key, padding: constants.RSA_PKCS1_PADDING };
  return {
    key: key.key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_AUTO,
  };
}
