/**
 * Keys of tokens: certificates and public keys in PEM, and JWKs or sets of them as JSON (RFC 7517),
 * with the algorithms of RFC 7518 and RFC 8037 as a table.
 */
import { constants, createHmac, createPublicKey, sign, timingSafeEqual, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { BuiltinFailure } from '../builtin.ts';
import type { BuiltinContext } from '../builtin.ts';
import { remembered } from './operands.ts';

/** One key that a token may be verified with. */
export interface TokenKey {
  readonly key: KeyObject;
  /** What a JWK says it is for; a key in PEM says nothing. */
  readonly algorithm: string | undefined;
  readonly keyId: string | undefined;
}

/** How signatures of one algorithm are made and checked. */
export interface TokenAlgorithm {
  readonly verify: (data: Buffer, signature: Buffer, key: KeyObject) => boolean;
  readonly sign: (data: Buffer, key: KeyObject) => Buffer;
  /** The key's type in Node's words, so that no key is used for another algorithm. */
  readonly keyType: string;
}

/** All asymmetric algorithms by their names. */
export const TOKEN_ALGORITHMS: ReadonlyMap<string, TokenAlgorithm> = new Map([
  ...[256, 384, 512].flatMap((size): [string, TokenAlgorithm][] => [
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
    verify: (data, signature, key) =>
      verify(digest, data, { key, padding, ...salt(constants.RSA_PSS_SALTLEN_AUTO) }, signature),
    sign: (data, key) =>
      sign(digest, data, { key, padding, ...salt(constants.RSA_PSS_SALTLEN_DIGEST) }),
  };
}

function ecdsa(size: number): TokenAlgorithm {
  const digest = `sha${size}`;
  return {
    keyType: 'ec',
    verify: (data, signature, key) =>
      verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature),
    sign: (data, key) => sign(digest, data, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

function edwards(): TokenAlgorithm {
  return {
    keyType: 'ed25519',
    verify: (data, signature, key) => verify(null, data, key, signature),
    sign: (data, key) => sign(null, data, key),
  };
}

/** Tells whether a secret made a signature, in a time that tells nothing of it. */
export function isSecretSignature(
  digest: string,
  secret: Buffer,
  { data, signature }: { data: Buffer; signature: Buffer },
): boolean {
  const wanted = createHmac(digest, secret).update(data).digest();
  return wanted.length === signature.length && timingSafeEqual(wanted, signature);
}

/** Tells whether a key made a signature; a key of another type made none. */
export function isSignature(
  algorithm: string,
  { key }: TokenKey,
  { data, signature }: { data: Buffer; signature: Buffer },
): boolean {
  const found = TOKEN_ALGORITHMS.get(algorithm);
  if (!found || key.asymmetricKeyType !== found.keyType) return false;
  try {
    return found.verify(data, signature, key);
  } catch {
    return false;
  }
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----\s*/;

/** The keys of a text, read once for a query; see {@link readTokenKeys}. */
export function tokenKeys(text: string, context: BuiltinContext): readonly TokenKey[] {
  return remembered(context, `jwt keys ${text}`, () => readTokenKeys(text));
}

/** The keys of a PEM text or of a JWK (set); throws a `BuiltinFailure` where none can be read. */
function readTokenKeys(text: string): readonly TokenKey[] {
  const block = PEM.exec(text);
  return block ? [pemKey(text, block)] : jwkKeys(text);
}

function pemKey(text: string, block: RegExpExecArray): TokenKey {
  const rest = text.slice(block.index + block[0].length);
  if (rest !== '') throw new BuiltinFailure('extra data after a PEM certificate block');
  if (block[1] !== 'CERTIFICATE' && block[1] !== 'PUBLIC KEY') {
    throw new BuiltinFailure(
      `failed to extract a Key from the PEM certificate: it holds a ${block[1]}`,
    );
  }
  try {
    return { key: createPublicKey(block[0]), algorithm: undefined, keyId: undefined };
  } catch (error) {
    const what = block[1] === 'CERTIFICATE' ? 'certificate' : 'public key';
    throw new BuiltinFailure(`failed to parse a PEM ${what}: ${(error as Error).message}`);
  }
}

function jwkKeys(text: string): TokenKey[] {
  try {
    const json = JSON.parse(text) as JsonWebKey | { keys: JsonWebKey[] };
    const list = Array.isArray(json['keys'])
      ? (json['keys'] as JsonWebKey[])
      : [json as JsonWebKey];
    return list.map((jwk) => ({
      key: createPublicKey({ key: jwk, format: 'jwk' }),
      algorithm: textField(jwk, 'alg'),
      keyId: textField(jwk, 'kid'),
    }));
  } catch (error) {
    throw new BuiltinFailure(`failed to parse a JWK key (set): ${(error as Error).message}`);
  }
}

function textField(jwk: JsonWebKey, name: string): string | undefined {
  const found = jwk[name];
  return typeof found === 'string' ? found : undefined;
}
