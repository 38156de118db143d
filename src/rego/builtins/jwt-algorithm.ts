/**
 * The algorithms of RFC 7518 and RFC 8037 as a table, each bound to the type of key that it is for:
 * a token that names another algorithm than its key's is never verified, and an elliptic curve is
 * the algorithm's own (clause 3.4), where OPA's `verify_es256` takes any.
 */
import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { BuiltinContext } from '../model/builtin.ts';

/** What was signed, and with what. */
export interface Signed {
  readonly data: Buffer;
  readonly signature: Buffer;
}

/** How signatures of one algorithm are made and checked. */
export interface TokenAlgorithm {
  readonly verify: (signed: Signed, key: KeyObject) => boolean;
  readonly sign: (data: Buffer, key: KeyObject) => Buffer;
  /** The key's type in Node's words, so that no key is used for another algorithm. */
  readonly keyType: string;
  /** The key's curve, for algorithms over elliptic curves. */
  readonly curve?: string;
  /** Steps that checking takes with a key of 2,048 bits, and making one. */
  readonly steps: readonly [verify: number, sign: number];
}

const CURVES = { 256: 'prime256v1', 384: 'secp384r1', 512: 'secp521r1' } as const;

/** All asymmetric algorithms by their names. */
export const TOKEN_ALGORITHMS: ReadonlyMap<string, TokenAlgorithm> = new Map([
  ...([256, 384, 512] as const).flatMap((size): [string, TokenAlgorithm][] => [
    [`RS${size}`, rsa(size, { padding: constants.RSA_PKCS1_PADDING })],
    [`PS${size}`, rsa(size, { padding: constants.RSA_PKCS1_PSS_PADDING })],
    [`ES${size}`, ecdsa(size)],
  ]),
  ['EdDSA', edwards()],
]);

/** Algorithms that share a secret, with their digests. */
export const SECRET_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
]);

function rsa(size: number, { padding }: { padding: number }): TokenAlgorithm {
  const digest = `sha${size}`;
  const isPss = padding === constants.RSA_PKCS1_PSS_PADDING;
  const salt = (length: number): object => (isPss ? { saltLength: length } : {});
  return {
    keyType: 'rsa',
    steps: [800, 20_000],
    verify: ({ data, signature }, key) =>
      verify(digest, data, { key, padding, ...salt(constants.RSA_PSS_SALTLEN_AUTO) }, signature),
    sign: (data, key) =>
      sign(digest, data, { key, padding, ...salt(constants.RSA_PSS_SALTLEN_DIGEST) }),
  };
}

function ecdsa(size: keyof typeof CURVES): TokenAlgorithm {
  const digest = `sha${size}`;
  return {
    keyType: 'ec',
    curve: CURVES[size],
    steps: size === 256 ? [1500, 1500] : [15_000, 15_000],
    verify: ({ data, signature }, key) =>
      verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature),
    sign: (data, key) => sign(digest, data, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

function edwards(): TokenAlgorithm {
  return {
    keyType: 'ed25519',
    steps: [2000, 1000],
    verify: ({ data, signature }, key) => verify(null, data, key, signature),
    sign: (data, key) => sign(null, data, key),
  };
}

/** Tells whether a secret made a signature, in a time that tells nothing of it. */
export function isSecretSignature(
  digest: string,
  secret: Buffer,
  { data, signature }: Signed,
): boolean {
  const wanted = createHmac(digest, secret).update(data).digest();
  return wanted.length === signature.length && timingSafeEqual(wanted, signature);
}

/** Tells whether a key is one of an algorithm. */
export function fitsAlgorithm(key: KeyObject, { keyType, curve }: TokenAlgorithm): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  return type === keyType && (curve === undefined || details?.namedCurve === curve);
}

/** Charges for work with a key, which grows with the square of its length. */
export function payForKey(
  key: KeyObject,
  steps: number,
  { charge }: Pick<BuiltinContext, 'charge'>,
): void {
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 2048) / 2048;
  charge(Math.ceil(steps * Math.max(1, length * length)));
}
