/**
 * JSON Web Tokens: decoded, verified and signed, synchronously and by the platform's own
 * cryptography. Signatures of PSS and ECDSA have chance in them that the platform draws.
 */
import { createHmac, createPrivateKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { BuiltinFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../builtin.ts';
import { valueAt } from '../value.ts';
import type { ObjectValue, Value } from '../value.ts';
import { goJson } from './encoding-builtins.ts';
import {
  SECRET_ALGORITHMS,
  TOKEN_ALGORITHMS,
  isSecretSignature,
  isSignature,
  tokenKeys,
} from './jwt-key.ts';
import { decodeVerify } from './jwt-decode-verify.ts';
import { MAX_NESTING, nestedToken, readObject, readToken } from './jwt-token.ts';

const STRINGS: readonly OperandType[] = ['string', 'string'];

/** The builtins of `io.jwt.`. */
export const jwtBuiltins: readonly Builtin[] = [
  {
    name: 'io.jwt.decode',
    args: ['string'],
    result: 'array',
    call: ([token]) => decode(token as string),
  },
  {
    name: 'io.jwt.decode_verify',
    args: ['string', 'object'],
    result: 'array',
    isNondeterministic: true,
    call: decodeVerify,
  },
  {
    name: 'io.jwt.encode_sign',
    args: ['object', 'object', 'object'],
    result: 'string',
    call: encodeSign,
  },
  {
    name: 'io.jwt.encode_sign_raw',
    args: ['string', 'string', 'string'],
    result: 'string',
    call: ([header, payload, key]) => signText(header as string, payload as string, key as string),
  },
  ...[...TOKEN_ALGORITHMS.keys()].map((algorithm): Builtin => ({
    name: `io.jwt.verify_${algorithm.toLowerCase()}`,
    args: STRINGS,
    result: 'boolean',
    call: ([token, key], context) =>
      verifyWithKey(algorithm, [token as string, key as string], context),
  })),
  ...[...SECRET_ALGORITHMS].map(([algorithm, digest]): Builtin => ({
    name: `io.jwt.verify_${algorithm.toLowerCase()}`,
    args: STRINGS,
    result: 'boolean',
    call: ([token, secret]) => {
      const { signed, signature } = readToken(token as string);
      return isSecretSignature(digest, Buffer.from(secret as string), { data: signed, signature });
    },
  })),
];

function decode(text: string): Value {
  let token = readToken(text);
  for (let depth = 0; depth < MAX_NESTING; depth += 1) {
    const nested = nestedToken(token);
    if (nested === undefined) break;
    token = readToken(nested);
  }
  return [token.header, readObject(token.payload, 'payload'), token.signature.toString('hex')];
}

function verifyWithKey(
  algorithm: string,
  [text, keyText]: [string, string],
  context: BuiltinContext,
): boolean {
  const { header, signed, signature } = readToken(text);
  const keys = tokenKeys(keyText, context);
  const named = valueAt(header, 'alg');
  return keys
    .filter((key) => key.algorithm === undefined || key.algorithm === named)
    .some((key) => isSignature(algorithm, key, { data: signed, signature }));
}

function encodeSign([header, payload, key]: readonly Value[]): string {
  return signText(goJson(header as Value), goJson(payload as Value), goJson(key as Value));
}

/** Signs the very texts that are given; only a token of type JWT must hold JSON. */
function signText(header: string, payload: string, keyText: string): string {
  const fields = headerFields(header);
  const algorithm = valueAt(fields, 'alg');
  if (typeof algorithm !== 'string') {
    throw new BuiltinFailure(`missing or invalid 'alg' header: jwsbb: header "alg" not found`);
  }
  const type = valueAt(fields, 'typ');
  if ((type === undefined || type === 'JWT') && !isJson(payload)) {
    throw new BuiltinFailure('type is JWT but payload is not JSON');
  }
  const signed = [header, payload].map((text) => Buffer.from(text).toString('base64url')).join('.');
  return `${signed}.${signatureOf(algorithm, keyText, Buffer.from(signed)).toString('base64url')}`;
}

function headerFields(header: string): ObjectValue {
  if (header === '') {
    throw new BuiltinFailure(
      `missing or invalid 'alg' header: cannot parse JSON: cannot parse empty string`,
    );
  }
  try {
    return readObject(header, 'header');
  } catch {
    throw new BuiltinFailure(`missing or invalid 'alg' header: jwsbb: header "alg" not found`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function signatureOf(algorithm: string, keyText: string, data: Buffer): Buffer {
  const digest = SECRET_ALGORITHMS.get(algorithm);
  if (digest !== undefined) return createHmac(digest, secretOf(keyText)).update(data).digest();
  const found = TOKEN_ALGORITHMS.get(algorithm);
  if (!found) throw new BuiltinFailure(`unknown JWS algorithm: ${algorithm}`);
  const key = privateKey(keyText);
  if (key.asymmetricKeyType === found.keyType) return found.sign(data, key);
  throw new BuiltinFailure(
    `${algorithm} wants a key of type ${found.keyType}, got ${key.asymmetricKeyType}`,
  );
}

function secretOf(keyText: string): Buffer {
  const secret = valueAt(readObject(keyText, 'key'), 'k');
  if (typeof secret === 'string') return Buffer.from(secret, 'base64url');
  throw new BuiltinFailure('failed to parse a JWK key (set): it holds no secret `k`');
}

function privateKey(keyText: string): KeyObject {
  try {
    return createPrivateKey({ key: JSON.parse(keyText) as JsonWebKey, format: 'jwk' });
  } catch (error) {
    throw new BuiltinFailure(`failed to parse a JWK key (set): ${(error as Error).message}`);
  }
}
