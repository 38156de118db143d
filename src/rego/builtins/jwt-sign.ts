/** Tokens that are made: the very texts that are given, signed with a JWK or the first of a set. */
import { createHmac, createPrivateKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { valueAt } from '../model/value.ts';
import type { ObjectValue } from '../model/value.ts';
import { bytesOfText } from './byte-text.ts';
import { SECRET_ALGORITHMS, TOKEN_ALGORITHMS, fitsAlgorithm, payForKey } from './jwt-algorithm.ts';
import { jwkFailure, jwksOf, secretOf } from './jwt-key.ts';
import { readObject } from './jwt-token.ts';

/** The texts of a token's sections. */
export interface TokenTexts {
  readonly header: string;
  readonly payload: string;
}

/** Of reading a private key, and of anything else. */
const [STEPS_PER_KEY, STEPS_PER_CALL] = [3000, 500];

/** Signs; throws a `BuiltinFailure`. Only a token of type JWT must hold JSON. */
export function signToken(texts: TokenTexts, keyText: string, context: BuiltinContext): string {
  const { header, payload } = texts;
  context.charge(STEPS_PER_CALL + (keyText.length >> 4));
  const [jwk] = jwksOf(keyText);
  if (!jwk) throw new BuiltinFailure('no keys found in JWK set');
  const fields = fieldsOf(header);
  const algorithm = valueAt(fields, 'alg');
  if (typeof algorithm !== 'string') throw noAlgorithm();
  if (!SECRET_ALGORITHMS.has(algorithm) && !TOKEN_ALGORITHMS.has(algorithm)) {
    throw new BuiltinFailure(`unknown JWS algorithm: ${algorithm}`);
  }
  const type = valueAt(fields, 'typ');
  if ((typeof type !== 'string' || type === 'JWT') && !isJson(payload)) {
    throw new BuiltinFailure('type is JWT but payload is not JSON');
  }
  context.allocate((header.length + payload.length) * BYTES_PER_UNIT);
  const signed = [header, payload].map((text) => bytesOfText(text).toString('base64url')).join('.');
  const signature = signatureOf(Buffer.from(signed), { algorithm, jwk, context });
  return `${signed}.${signature.toString('base64url')}`;
}

const BYTES_PER_UNIT = 6;

function fieldsOf(header: string): ObjectValue {
  if (header === '') {
    throw new BuiltinFailure(
      `missing or invalid 'alg' header: cannot parse JSON: cannot parse empty string`,
    );
  }
  try {
    return readObject(header);
  } catch {
    throw noAlgorithm();
  }
}

function noAlgorithm(): BuiltinFailure {
  return new BuiltinFailure(`missing or invalid 'alg' header: jwsbb: header "alg" not found`);
}

function isJson(payload: string): boolean {
  try {
    JSON.parse(payload);
    return true;
  } catch {
    return false;
  }
}

interface Signer {
  readonly algorithm: string;
  readonly jwk: JsonWebKey;
  readonly context: BuiltinContext;
}

function signatureOf(data: Buffer, { algorithm, jwk, context }: Signer): Buffer {
  const digest = SECRET_ALGORITHMS.get(algorithm);
  context.charge(data.length >> 5);
  if (digest !== undefined) return createHmac(digest, secretOf(jwk)).update(data).digest();
  context.charge(STEPS_PER_KEY);
  const key = privateKey(jwk);
  const found = TOKEN_ALGORITHMS.get(algorithm);
  if (!found || !fitsAlgorithm(key, found)) {
    const wanted = found?.curve ?? found?.keyType;
    throw new BuiltinFailure(
      `${algorithm} wants a key of type ${wanted}, got ${key.asymmetricKeyType}`,
    );
  }
  payForKey(key, found.steps[1], context);
  try {
    return found.sign(data, key);
  } catch (error) {
    throw new BuiltinFailure(`failed to sign: ${(error as Error).message}`);
  }
}

function privateKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch (error) {
    throw jwkFailure((error as Error).message);
  }
}
