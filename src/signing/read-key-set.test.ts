import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readKeySet } from './read-key-set.ts';
import { readPkixKey } from './verify-pkix.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 4096 });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ed = generateKeyPairSync('ed25519');

const jwk = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' });
const setOf = (...keys: readonly object[]): string => JSON.stringify({ keys });

describe('readKeySet', () => {
  it.each([
    ['RS256', rsa, 'RSA_SIGN_PKCS1_4096_SHA256'],
    ['RS512', rsa, 'RSA_SIGN_PKCS1_4096_SHA512'],
    ['PS256', rsa, 'RSA_PSS_4096_SHA256'],
    ['PS512', rsa, 'RSA_PSS_4096_SHA512'],
    [undefined, rsa, 'RSA_SIGN_PKCS1_4096_SHA256'],
    ['ES384', p384, 'ECDSA_P384_SHA384'],
    ['EdDSA', ed, 'ED25519'],
  ])('reads a key for %s', (alg, pair, algorithm) => {
    const text = setOf({ ...jwk(pair.publicKey), ...(alg === undefined ? {} : { alg }), kid: 'a' });
    const [key] = readKeySet(text, 'the set');
    expect(key).toMatchObject({ id: '', comment: 'kid a' });
    const { publicKeyPem = '', signatureAlgorithm = '' } = key?.pkixPublicKey ?? {};
    expect(signatureAlgorithm).toBe(algorithm);
    expect(readPkixKey(publicKeyPem, signatureAlgorithm).key.equals(pair.publicKey)).toBe(true);
  });

  it('leaves out keys for encryption', () => {
    const text = setOf({ ...jwk(rsa.publicKey), use: 'enc' }, { ...jwk(ed.publicKey), use: 'sig' });
    expect(readKeySet(text, 'the set')).toHaveLength(1);
  });

  it.each([
    ['a private key', setOf(jwk(ed.privateKey)), /private key/],
    ['only keys for encryption', setOf({ ...jwk(rsa.publicKey), use: 'enc' }), /no key for sign/],
    ['a broken key', setOf({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }), /cannot be read/],
    ['a symmetric key', setOf({ kty: 'oct', k: 'AAAA' }), /0 of them public/],
    ['no set', '{}', /no JWK set/],
  ])('refuses %s', (_name, text, reason) => {
    expect(() => readKeySet(text, 'the set')).toThrow(reason);
  });
});
