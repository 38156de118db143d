/**
 * Signed tokens (RFC 7519) of a known issuer: signature first, by the issuer's own keys and the
 * algorithms that it was configured with, then the claims. Keys or addresses that a token brings
 * along (`jwk`, `jku`, `x5u`, `x5c`) are never looked at.
 */
import {
  type JSONWebKeySet,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
} from 'jose';
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import type { TokenIssuer } from '../domain/token-issuer.ts';

/** Keys of one set that are looked at. */
const MAX_KEYS = 100;
const PUBLIC_TYPES: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP']);

/** What a token says before anything is verified: good for finding its issuer and key only. */
export interface ClaimedOrigin {
  readonly issuer: string;
  readonly keyId?: string;
}

/** A set of public keys (RFC 7517). */
export type KeySet = JSONWebKeySet;

/**
 * Reads a key set: public asymmetric keys only, whatever else stands in it. Throws
 * `invalid-argument` for what is no key set.
 */
export function parseKeySet(text: string, source: string): KeySet {
  const keys = keysOf(text);
  if (keys === undefined) {
    throw new AssayError('invalid-argument', `${source} holds no JWK set {"keys": […]}`);
  }
  const usable = keys.filter((key) => isJsonObject(key) && PUBLIC_TYPES.has(key['kty']));
  if (usable.length > 0 && keys.length <= MAX_KEYS) return { keys: usable as KeySet['keys'] };
  const found = `${keys.length} keys, ${usable.length} of them public and asymmetric`;
  throw new AssayError('invalid-argument', `${source} has ${found}; want 1 to ${MAX_KEYS}`);
}

/** Tells whether a set has a key of an id; without one, whether it has any. */
export function hasKey({ keys }: KeySet, keyId: string | undefined): boolean {
  return keyId === undefined || keys.some(({ kid }) => kid === keyId);
}

/** What a token claims of its origin; undefined where it is no signed token at all. */
export function readOrigin(token: string): ClaimedOrigin | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    const { iss } = decodeJwt(token);
    if (typeof iss !== 'string') return undefined;
    return { issuer: iss, ...(typeof kid === 'string' && { keyId: kid }) };
  } catch {
    return undefined;
  }
}

/** The claims of a token; throws `unauthenticated` with the reason where it is not believed. */
export async function verifyJwt(
  token: string,
  from: { readonly issuer: TokenIssuer; readonly keys: KeySet; readonly now: Micros },
): Promise<JsonObject> {
  const { issuer, keys, now } = from;
  try {
    const { payload } = await jwtVerify(token, finderOf(keys), {
      issuer: issuer.issuer,
      audience: [...issuer.audiences],
      algorithms: [...issuer.algorithms],
      clockTolerance: issuer.clockSkew,
      currentDate: new Date(now / 1000),
      requiredClaims: ['exp', 'sub'],
    });
    return payload as JsonObject;
  } catch (cause) {
    const why = reasonOf(cause, issuer);
    throw new AssayError('unauthenticated', `the token cannot be believed: ${why}`, { cause });
  }
}

/** A set's finder keeps the keys that it has imported. */
const FINDERS = new WeakMap<KeySet, ReturnType<typeof createLocalJWKSet>>();

function finderOf(keys: KeySet): ReturnType<typeof createLocalJWKSet> {
  const known = FINDERS.get(keys) ?? createLocalJWKSet(keys);
  FINDERS.set(keys, known);
  return known;
}

const REASONS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired; get a new one',
  ERR_JWKS_NO_MATCHING_KEY: 'its issuer has no key of that id and algorithm',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it has no key id, and its issuer has several keys',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is not of its issuer’s key',
};

function reasonOf(error: unknown, { audiences, algorithms, issuer }: TokenIssuer): string {
  if (error instanceof errors.JWTClaimValidationFailed) {
    const wanted: Readonly<Record<string, string>> = {
      aud: `is not for ${audiences.join(' or ')}`,
      iss: `is not ${issuer}`,
      nbf: 'is in the future; wait, or compare the clocks',
    };
    return `its claim ${error.claim} ${wanted[error.claim] ?? 'is missing or wrong'}`;
  }
  const code = error instanceof errors.JOSEError ? error.code : '';
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') {
    return `its algorithm is none of ${algorithms.join(', ')}`;
  }
  return REASONS[code] ?? 'it is malformed, or its key is too weak or of another kind';
}

function keysOf(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const keys = isJsonObject(parsed) ? parsed['keys'] : undefined;
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}
