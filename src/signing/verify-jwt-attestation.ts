/**
 * Attestations as signed tokens (compact JWS, RFC 7515) in Grafeas' `attestation.jwts`: the payload
 * is in the token. Its algorithm must be the key's own, and whatever else its header could bring
 * along (`jwk`, `jku`, `x5c`, `crit`, `b64`) is refused unread.
 */
import { compactVerify } from 'jose';
import type { Digest } from '../domain/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { SECOND, type Micros } from '../domain/time.ts';
import { PAYLOAD_CHECKED, requireImage } from './attested-payload.ts';
import { type KeyTrust, receivedAt, requireTimes, requireTrusted } from './key-trust.ts';
import { refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';
import { readSignaturePayload } from './signature-payload.ts';
import { parseStrictJson } from './strict-json.ts';
import { trustedPkixKey } from './verify-pkix-attestation.ts';
import type { PkixKey } from './verify-pkix.ts';

/** Whom Binary Authorization's tokens are for. */
export const JWT_AUDIENCE = '//binaryauthorization.googleapis.com';

const KIND = 'jwt';
const MAX_TOKEN = 64 * 1024;
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const HEADER_KEYS: ReadonlySet<string> = new Set(['alg', 'kid', 'typ']);
const CLAIMS: ReadonlySet<string> = new Set([
  'sub',
  'aud',
  'iss',
  'iat',
  'nbf',
  'exp',
  'jti',
  'attestationType',
  'critical',
]);

/** Verifies a token of an attestation. */
export const verifyJwtAttestation: VerifyEvidence<string, KeyTrust> = async (
  subject,
  token,
  trust,
) => {
  try {
    const { algorithm, key } = trustedPkixKey(trust.key);
    const claims = readClaims(await verifySignature(token, key, algorithm));
    const expires = readTime(claims, 'exp');
    requireTimes({ expires, starts: readTime(claims, 'nbf') }, trust.now);
    requireTimes({ starts: readTime(claims, 'iat') }, trust.now);
    requireClaims(claims, { name: trust.imageName, digest: subject });
    const standing = requireTrusted(key.id, trust);
    return {
      kind: KIND,
      grade: 'verified',
      subject,
      checked: [`${key.jwsAlgorithm} token signed by ${key.id}`, PAYLOAD_CHECKED, ...standing],
      signer: key.id,
      ...receivedAt(trust),
      ...(expires === undefined ? {} : { validUntil: expires }),
    };
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};

/** The key id that a token's header names: good for finding the key only. */
export function jwtKeyId(token: string): string | undefined {
  try {
    const { kid } = readHeader(token);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}

function readHeader(token: string): JsonObject {
  if (token.length > MAX_TOKEN || !COMPACT.test(token)) {
    refuse('bad-structure', `wanted a compact JWS (a.b.c) of at most ${MAX_TOKEN} characters`);
  }
  const [head = ''] = token.split('.');
  const header = onlyKeys(parseStrictJson(Buffer.from(head, 'base64url')), HEADER_KEYS, 'header');
  if (header['typ'] === undefined || header['typ'] === 'JWT') return header;
  return refuse('bad-structure', 'the type of the token is not JWT');
}

async function verifySignature(token: string, key: PkixKey, name: string): Promise<Uint8Array> {
  const { alg } = readHeader(token);
  if (alg !== key.jwsAlgorithm) {
    const found = JSON.stringify(alg)?.slice(0, 60);
    refuse(
      'wrong-key',
      `the token's algorithm is ${found}; a key for ${name} signs by ${key.jwsAlgorithm}`,
    );
  }
  const verified = await compactVerify(token, key.key, { algorithms: [key.jwsAlgorithm] }).catch(
    () => refuse('bad-signature', 'the signature does not fit the token and the key'),
  );
  return verified.payload;
}

function readClaims(payload: Uint8Array): JsonObject {
  return onlyKeys(parseStrictJson(payload), CLAIMS, 'claims');
}

function onlyKeys(json: Json, known: ReadonlySet<string>, what: string): JsonObject {
  if (!isJsonObject(json)) return refuse('bad-claims', `the ${what} of the token are no object`);
  const unknown = Object.keys(json).find((key) => !known.has(key));
  if (unknown === undefined) return json;
  const found = JSON.stringify(unknown.slice(0, 60));
  return refuse(
    'bad-claims',
    `the ${what} of the token have ${found}; known: ${[...known].join()}`,
  );
}

function readTime(claims: JsonObject, name: string): Micros | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  const seconds = typeof value === 'number' ? value : Number.NaN;
  if (Number.isSafeInteger(seconds) && seconds >= 0 && seconds < 1e10) return seconds * SECOND;
  return refuse('bad-claims', `the claim ${name} is no time in whole seconds`);
}

/** The subject is Google's; the name stands in the payload's own form, as Google has no claim. */
function requireClaims(claims: JsonObject, image: { name: string; digest: Digest }): void {
  if (claims['aud'] !== JWT_AUDIENCE) {
    refuse('bad-claims', `the token is not for ${JWT_AUDIENCE} (claim aud)`);
  }
  const subject = `container:digest:${image.digest}`;
  if (claims['sub'] !== subject) {
    refuse('payload-digest', `the claim sub is not ${subject}`);
  }
  if (claims['critical'] === undefined) {
    refuse('payload-name', 'the token names no image: it has no claim critical');
  }
  requireImage(readSignaturePayload({ critical: claims['critical'] ?? null }), image);
}
