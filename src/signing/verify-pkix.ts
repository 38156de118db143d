/**
 * PKIX signatures as Binary Authorization has them: a raw signature over the serialized payload by
 * a key whose algorithm is fixed when it is added. The algorithm is the key's, never the message's.
 */
import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ED25519 } from '../domain/attestor.ts';
import { refuse, toRefusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A checked PKIX key with its one algorithm, parsed once. */
export interface PkixKey {
  readonly key: KeyObject;
  /** Absent: the algorithm hashes by itself (Ed25519). */
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
  readonly padding: 'pss' | 'pkcs1' | 'none';
  /** The same algorithm in the words of JSON Web Signatures (RFC 7518, RFC 8037). */
  readonly jwsAlgorithm: string;
  /** `ni:///sha-256;` and the base64url digest of the DER key (RFC 6920), Google's default id. */
  readonly id: string;
}

type Hash = NonNullable<PkixKey['hash']>;
type Algorithm = Pick<PkixKey, 'hash' | 'padding' | 'jwsAlgorithm'>;

/** `RSA_PSS_2048_SHA256` and the like, `RSA_SIGN_PSS_…` being its alias, likewise `EC_SIGN_…`. */
const RSA = /^RSA_(SIGN_PSS|PSS|SIGN_PKCS1)_(?:(2048|3072|4096)_SHA256|(4096)_SHA512)$/;
interface Curve {
  readonly curve: string;
  readonly hash: Hash;
  readonly jwsAlgorithm: string;
}
const ECDSA: Readonly<Record<string, Curve>> = {
  P256_SHA256: { curve: 'prime256v1', hash: 'sha256', jwsAlgorithm: 'ES256' },
  P384_SHA384: { curve: 'secp384r1', hash: 'sha384', jwsAlgorithm: 'ES384' },
  P521_SHA512: { curve: 'secp521r1', hash: 'sha512', jwsAlgorithm: 'ES512' },
};
const LEAST_RSA_BITS = 2048;
/** FIPS 186-5, appendix A.1.1: smaller exponents were how signatures came to be forged. */
const LEAST_RSA_EXPONENT = 65_537n;

const PEM = /^\s*-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;
const MAX_PEM = 16 * 1024;
const MAX_SIGNATURE = 1024;

/**
 * Reads a PEM `PUBLIC KEY` for one of Binary Authorization's algorithms or `ED25519`. Refuses
 * (`invalid-key`) private keys, other PEM blocks, unknown algorithms, SHA-1, DSA, RSA below 2048
 * bits or with an exponent below 65537, and keys of another kind, size or curve than the
 * algorithm's.
 */
export function readPkixKey(publicKeyPem: string, signatureAlgorithm: string): PkixKey {
  if (publicKeyPem.includes('PRIVATE KEY')) {
    refuse('private-key', 'this is a private key; send its public half', 'invalid-key');
  }
  if (publicKeyPem.length > MAX_PEM || !PEM.test(publicKeyPem)) {
    refuse('bad-key', 'wanted exactly one PEM block PUBLIC KEY of at most 16 KiB', 'invalid-key');
  }
  const key = parsePem(publicKeyPem);
  refuseWeak(key, signatureAlgorithm);
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
    if (verify(key.hash ?? null, payload, keyInput(key), signature)) return { ok: true };
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

function refuseWeak(key: KeyObject, algorithm: string): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  const { modulusLength = LEAST_RSA_BITS, publicExponent = LEAST_RSA_EXPONENT } = details;
  const weak = (reason: string): never => refuse('weak-key', reason, 'invalid-key');
  if (type === 'dsa') weak('a DSA key cannot be trusted to sign; use RSA, ECDSA or Ed25519');
  if (modulusLength < LEAST_RSA_BITS) {
    weak(`RSA with ${modulusLength} bits; wanted ${LEAST_RSA_BITS} or more`);
  }
  if (publicExponent < LEAST_RSA_EXPONENT) {
    weak(`RSA with the exponent ${publicExponent}; wanted ${LEAST_RSA_EXPONENT} or more`);
  }
  if (/SHA1$|MD5$/.test(algorithm)) {
    const shown = algorithm.slice(0, 60);
    refuse('weak-hash', `${shown} hashes with SHA-1 or MD5; use SHA-256 or better`, 'invalid-key');
  }
}

function readAlgorithm(name: string, key: KeyObject): Algorithm {
  if (name === ED25519) return readEd25519(key);
  const rsa = RSA.exec(name);
  if (!rsa) return readEcdsa(name, key);
  requireRsa(key, Number(rsa[2] ?? rsa[3]), name);
  const bits = rsa[3] === undefined ? 256 : 512;
  const isPkcs1 = rsa[1] === 'SIGN_PKCS1';
  return {
    hash: `sha${bits}`,
    padding: isPkcs1 ? 'pkcs1' : 'pss',
    jwsAlgorithm: `${isPkcs1 ? 'RS' : 'PS'}${bits}`,
  };
}

function readEd25519(key: KeyObject): Algorithm {
  if (key.asymmetricKeyType === 'ed25519') return { padding: 'none', jwsAlgorithm: 'EdDSA' };
  return refuse('bad-key', `the key is ${key.asymmetricKeyType}; wanted ed25519`, 'invalid-key');
}

function readEcdsa(name: string, key: KeyObject): Algorithm {
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
  return { hash: ecdsa.hash, padding: 'none', jwsAlgorithm: ecdsa.jwsAlgorithm };
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
