/**
 * Public keys as Notary v1 writes them in its metadata: raw (`rsa`, `ecdsa`, `ed25519`) or in a
 * certificate (`rsa-x509`, `ecdsa-x509`). A key's id is the digest of its canonical form, and is
 * recomputed: an id only ever finds a key.
 */
import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  verify,
  X509Certificate,
} from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../domain/base64.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { olpcBytes } from './olpc-json.ts';
import { refuse } from './refusal.ts';

/** A key of some role, parsed once. */
export interface NotaryKey {
  /** As Notary makes it: SHA-256 over the canonical form of type and value, in hex. */
  readonly id: string;
  readonly type: NotaryKeyType;
  /** What two keys have in common that are one: the digest of the bare public key. */
  readonly same: string;
  readonly key: KeyObject;
  /** Of the certificates of a key in x509 form, the first: the one that holds the key. */
  readonly certificate?: X509Certificate;
}

/** What a key may be. */
export type NotaryKeyType = 'rsa' | 'rsa-x509' | 'ecdsa' | 'ecdsa-x509' | 'ed25519';

/** One signature of a document. */
export interface NotarySignature {
  readonly keyId: string;
  readonly method: string;
  readonly signature: Uint8Array;
}

interface KeyForm {
  readonly asymmetric: string;
  readonly read: (value: Uint8Array) => Pick<NotaryKey, 'key' | 'certificate'>;
}

const FORMS: Readonly<Record<NotaryKeyType, KeyForm>> = {
  rsa: { asymmetric: 'rsa', read: readSpki },
  ecdsa: { asymmetric: 'ec', read: readSpki },
  ed25519: { asymmetric: 'ed25519', read: readEd25519 },
  'rsa-x509': { asymmetric: 'rsa', read: readCertificate },
  'ecdsa-x509': { asymmetric: 'ec', read: readCertificate },
};

const MAX_KEY = 64 * 1024;
const LEAST_RSA_BITS = 2048;
const LEAST_RSA_EXPONENT = 65_537n;
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
/** The header of a raw Ed25519 key as SPKI (RFC 8410). */
const ED25519_HEADER = Buffer.from('302a300506032b6570032100', 'hex');

/** Reads a key; refuses one of an unknown type, one that is weak, and one with a private half. */
export function readNotaryKey(json: Json | undefined): NotaryKey {
  const { keytype, keyval } = isJsonObject(json) ? json : {};
  const { public: value, private: secret } = isJsonObject(keyval) ? keyval : {};
  if (typeof keytype !== 'string' || typeof value !== 'string' || value.length > MAX_KEY) {
    return refuse('metadata-structure', 'a key has no keytype, or no public value in base64');
  }
  if (secret !== undefined && secret !== null && secret !== '') {
    refuse('private-key', 'a key of the metadata has its private half with it');
  }
  if (!isKeyType(keytype)) {
    return refuse('unsupported', `a key is of the type ${JSON.stringify(keytype.slice(0, 40))}`);
  }
  const bytes = decodeBase64(value);
  const parsed = readValue(keytype, bytes);
  refuseWeak(keytype, parsed.key);
  const form = { keytype, keyval: { private: null, public: encodeBase64(bytes) } };
  const spki = parsed.key.export({ type: 'spki', format: 'der' });
  return { id: sha256(olpcBytes(form)), type: keytype, same: sha256(spki), ...parsed };
}

/** What a signer's key in PEM (`PUBLIC KEY` or `CERTIFICATE`) has in common with the same key. */
export function bareKeyOf(pem: string): { readonly same: string } {
  try {
    const key = pem.includes('BEGIN CERTIFICATE')
      ? new X509Certificate(pem).publicKey
      : createPublicKey(pem);
    return { same: sha256(key.export({ type: 'spki', format: 'der' })) };
  } catch {
    return refuse('bad-key', 'a signer’s key is no PEM block PUBLIC KEY or CERTIFICATE');
  }
}

/** Tells whether a signature is of a key over these bytes; never throws for a bad one. */
export function isSignedBy(
  key: NotaryKey,
  { method, signature }: NotarySignature,
  bytes: Uint8Array,
): boolean {
  const check = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (check === undefined) return false;
  try {
    return check(key, signature, bytes);
  } catch {
    return false;
  }
}

type Check = (key: NotaryKey, signature: Uint8Array, bytes: Uint8Array) => boolean;

/** By the method that a signature names; each takes keys of its own kind only. */
const METHODS: Readonly<Record<string, Check>> = {
  eddsa: ({ key, type }, signature, bytes) =>
    type === 'ed25519' && verify(null, bytes, key, signature),
  ecdsa: ({ key, type }, signature, bytes) =>
    FORMS[type].asymmetric === 'ec' &&
    verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature),
  rsapss: (key, signature, bytes) =>
    isRsaSigned(key, signature, bytes, constants.RSA_PKCS1_PSS_PADDING),
  rsapkcs1v15: (key, signature, bytes) =>
    isRsaSigned(key, signature, bytes, constants.RSA_PKCS1_PADDING),
};

function isRsaSigned(
  { key, type }: NotaryKey,
  ...[signature, bytes, padding]: [Uint8Array, Uint8Array, number]
): boolean {
  if (FORMS[type].asymmetric !== 'rsa') return false;
  const salt = padding === constants.RSA_PKCS1_PSS_PADDING ? { saltLength: 32 } : {};
  return verify('sha256', bytes, { key, padding, ...salt }, signature);
}

function isKeyType(type: string): type is NotaryKeyType {
  return Object.hasOwn(FORMS, type);
}

function readValue(type: NotaryKeyType, value: Uint8Array): Pick<NotaryKey, 'key' | 'certificate'> {
  let read: Pick<NotaryKey, 'key' | 'certificate'>;
  try {
    read = FORMS[type].read(value);
  } catch {
    return refuse('metadata-key', `a key of the type ${type} cannot be read`);
  }
  if (read.key.asymmetricKeyType === FORMS[type].asymmetric) return read;
  const found = read.key.asymmetricKeyType;
  return refuse('metadata-key', `a key of the type ${type} is in fact ${found}`);
}

function readSpki(value: Uint8Array): Pick<NotaryKey, 'key'> {
  return { key: createPublicKey({ key: Buffer.from(value), format: 'der', type: 'spki' }) };
}

function readEd25519(value: Uint8Array): Pick<NotaryKey, 'key'> {
  if (value.length !== 32) throw new TypeError('an Ed25519 key has 32 bytes');
  return readSpki(Buffer.concat([ED25519_HEADER, value]));
}

function readCertificate(value: Uint8Array): Pick<NotaryKey, 'key' | 'certificate'> {
  const certificate = new X509Certificate(Buffer.from(value));
  if (certificate.ca) throw new TypeError('the first certificate is an authority’s');
  return { key: certificate.publicKey, certificate };
}

function refuseWeak(type: NotaryKeyType, key: KeyObject): void {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  if ((modulusLength ?? LEAST_RSA_BITS) < LEAST_RSA_BITS) {
    refuse('weak-key', `a key is RSA with ${modulusLength} bits; wanted ${LEAST_RSA_BITS} or more`);
  }
  if ((publicExponent ?? LEAST_RSA_EXPONENT) < LEAST_RSA_EXPONENT) {
    refuse('weak-key', `a key is RSA with the exponent ${publicExponent}; wanted 65537 or more`);
  }
  if (FORMS[type].asymmetric !== 'ec' || CURVES.has(namedCurve)) return;
  refuse('weak-key', `a key is of the curve ${namedCurve}; P-256, P-384 and P-521 are verified`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
