/** Keys in the forms of Go's structs and of JWKs, and where they stand in PEM. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { fromBigInt } from '../model/number.ts';
import type { Value } from '../model/value.ts';
import { decodeBase64 } from './base64-text.ts';
import { MAX_INTEGER } from './der-reader.ts';

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;
/** Types of PEM blocks with private keys, and how these are encoded. */
const ENCODINGS: Readonly<Record<string, 'pkcs1' | 'pkcs8' | 'sec1'>> = {
  'RSA PRIVATE KEY': 'pkcs1',
  'PRIVATE KEY': 'pkcs8',
  'EC PRIVATE KEY': 'sec1',
};
const STEPS_PER_KEY = 5000;

/** One block of PEM. */
export interface PemBlock {
  readonly type: string;
  readonly der: Buffer;
}

/** The blocks of a text; what is no block is left out. */
export function pemBlocks(text: string): PemBlock[] {
  return Array.from(text.matchAll(PEM), ([, type = '', body = '']) => ({
    type,
    der: Buffer.from(body, 'base64'),
  }));
}

/** A public key as Go prints its struct; null for a type that Go does not know. */
export function publicKeyValue(spki: Buffer): Value {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch (error) {
    throw new BuiltinFailure(`x509: ${(error as Error).message}`);
  }
  return publicValue(key);
}

function publicValue(key: KeyObject): Value {
  const type = key.asymmetricKeyType ?? '';
  if (!['rsa', 'ec', 'ed25519'].includes(type)) return null;
  const jwk = exported(key);
  if (type === 'rsa') return { N: numberOf(jwk.n), E: numberOf(jwk.e) };
  if (type === 'ec') return { Curve: {}, X: numberOf(jwk.x), Y: numberOf(jwk.y) };
  return bytesOf(jwk.x).toString('base64');
}

function exported(key: KeyObject): JsonWebKey {
  try {
    return key.export({ format: 'jwk' });
  } catch (error) {
    throw new BuiltinFailure(`x509: ${(error as Error).message}`);
  }
}

function bytesOf(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64url');
}

function numberOf(text: string | undefined): Value {
  const bytes = bytesOf(text);
  if (bytes.length > MAX_INTEGER) throw new BuiltinFailure('x509: the key is longer than is read');
  return fromBigInt(BigInt(`0x${bytes.toString('hex') || '0'}`));
}

/** The private keys of PEM, or of PEM in base64; blocks of other types are left out. */
export function privateKeys(text: string, { charge }: BuiltinContext): KeyObject[] {
  const found = pemBlocks(plainOf(text)).filter(({ type }) => Object.hasOwn(ENCODINGS, type));
  charge(found.length * STEPS_PER_KEY);
  return found.map(privateKeyOf);
}

function plainOf(text: string): string {
  try {
    return decodeBase64(text).toString('latin1');
  } catch {
    return text;
  }
}

/** The key of a block. */
export function privateKeyOf({ type, der }: PemBlock): KeyObject {
  const encoding = ENCODINGS[type];
  if (encoding === undefined) throw new BuiltinFailure(`PEM block type is '${type}'`);
  try {
    return createPrivateKey({ key: der, format: 'der', type: encoding });
  } catch (error) {
    throw new BuiltinFailure(`x509: failed to parse private key: ${(error as Error).message}`);
  }
}

/** A private key as Go prints its struct. */
export function privateValue(key: KeyObject): Value {
  const type = key.asymmetricKeyType ?? '';
  if (!['rsa', 'ec', 'ed25519'].includes(type)) return {};
  const jwk = exported(key);
  if (type === 'ed25519') return Buffer.concat([bytesOf(jwk.d), bytesOf(jwk.x)]).toString('base64');
  const base = publicValue(key) as Record<string, Value>;
  if (type === 'ec') return { ...base, D: numberOf(jwk.d) };
  return {
    ...base,
    D: numberOf(jwk.d),
    Primes: [numberOf(jwk.p), numberOf(jwk.q)],
    Precomputed: {
      Dp: numberOf(jwk.dp),
      Dq: numberOf(jwk.dq),
      Qinv: numberOf(jwk.qi),
      CRTValues: [],
    },
  };
}

/** A private key as a JWK; only of types that OPA knows there. */
export function privateJwk(key: KeyObject): Record<string, Value> {
  if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec') {
    return exported(key) as Record<string, Value>;
  }
  throw new BuiltinFailure(`invalid key type ${key.asymmetricKeyType}`);
}
