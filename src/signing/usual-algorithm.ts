/** Which algorithm a PKIX key signs with, where nobody says: the one that openssl takes for it. */
import { createPublicKey } from 'node:crypto';
import { ED25519 } from '../domain/attestor.ts';
import { refuse } from './refusal.ts';

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ECDSA_P256_SHA256',
  secp384r1: 'ECDSA_P384_SHA384',
  secp521r1: 'ECDSA_P521_SHA512',
};

/** The usual algorithm of a PEM key; refuses, as `invalid-key`, a kind that has none. */
export function usualAlgorithm(publicKeyPem: string): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = readPem(publicKeyPem);
  const { namedCurve = '', modulusLength } = details;
  if (type === 'rsa') return `RSA_SIGN_PKCS1_${modulusLength}_SHA256`;
  if (type === 'ec' && Object.hasOwn(CURVES, namedCurve)) return CURVES[namedCurve] ?? '';
  if (type === 'ed25519') return ED25519;
  return refuse('bad-key', `a key of kind ${namedCurve || type} is not supported`, 'invalid-key');
}

function readPem(publicKeyPem: string): ReturnType<typeof createPublicKey> {
  if (publicKeyPem.includes('PRIVATE KEY')) {
    refuse('private-key', 'this is a private key; give its public half', 'invalid-key');
  }
  try {
    return createPublicKey(publicKeyPem);
  } catch {
    return refuse('bad-key', 'wanted a PEM block PUBLIC KEY, or an armored PGP key', 'invalid-key');
  }
}
