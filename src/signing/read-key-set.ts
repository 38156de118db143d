/**
 * Keys of an attestor out of a JWK set (RFC 7517): each public signing key with the one algorithm
 * of Binary Authorization that its `alg` means.
 */
import { createPublicKey } from 'node:crypto';
import type { AttestorKey } from '../domain/attestor.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { refuse } from './refusal.ts';
import { usualAlgorithm } from './usual-algorithm.ts';
import { type KeySet, parseKeySet } from './verify-jwt.ts';

/** RSA's by `alg`; `BITS` is the key's own size. */
const RSA: Readonly<Record<string, string>> = {
  RS256: 'RSA_SIGN_PKCS1_BITS_SHA256',
  RS512: 'RSA_SIGN_PKCS1_BITS_SHA512',
  PS256: 'RSA_PSS_BITS_SHA256',
  PS512: 'RSA_PSS_BITS_SHA512',
};

/**
 * Reads the keys of a set; `source` is what errors call it. A key's `kid` becomes its comment: its
 * id is Google's, made from the key. Refuses (`invalid-key`) a set that holds a private key.
 */
export function readKeySet(text: string, source: string): readonly AttestorKey[] {
  return attestorKeysOf(parseKeySet(text, source), source);
}

/** The signing keys of a parsed set. */
export function attestorKeysOf({ keys }: KeySet, source: string): readonly AttestorKey[] {
  const signing = keys.filter(isJsonObject).filter(({ use }) => use === undefined || use === 'sig');
  if (signing.length > 0) return signing.map((jwk) => attestorKeyOf(jwk, source));
  return refuse('bad-key', `${source} has no key for signatures (use sig)`, 'invalid-key');
}

function attestorKeyOf(jwk: JsonObject, source: string): AttestorKey {
  if (jwk['d'] !== undefined) {
    const reason = `${source} holds a private key; give the public set and keep this one safe`;
    refuse('private-key', reason, 'invalid-key');
  }
  const publicKeyPem = pemOf(jwk, source);
  const { alg, kid } = jwk;
  return {
    id: '',
    ...(typeof kid === 'string' ? { comment: `kid ${kid.slice(0, 200)}` } : {}),
    pkixPublicKey: { publicKeyPem, signatureAlgorithm: algorithmOf(alg, publicKeyPem) },
  };
}

function pemOf(jwk: JsonObject, source: string): string {
  try {
    const key = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' });
    return String(key.export({ type: 'spki', format: 'pem' }));
  } catch {
    return refuse('bad-key', `${source} has a key that cannot be read`, 'invalid-key');
  }
}

/** EC and Ed25519 keys have one algorithm each; RSA keys say theirs, or take openssl's. */
function algorithmOf(alg: unknown, pem: string): string {
  const pattern = typeof alg === 'string' && Object.hasOwn(RSA, alg) ? RSA[alg] : undefined;
  if (pattern === undefined) return usualAlgorithm(pem);
  const { modulusLength } = createPublicKey(pem).asymmetricKeyDetails ?? {};
  return pattern.replace('BITS', String(modulusLength));
}
