/**
 * JSON Web Tokens: decoded, verified and signed, synchronously and by the platform's own
 * cryptography. Signatures of PSS and ECDSA have chance in them that the platform draws.
 */
import { BuiltinFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { valueAt } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { decodeBase64Url } from './base64-text.ts';
import { bytesOfText } from './byte-text.ts';
import { goJson } from './encoding-builtins.ts';
import { SECRET_ALGORITHMS, TOKEN_ALGORITHMS, isSecretSignature } from './jwt-algorithm.ts';
import { decodeVerify } from './jwt-decode-verify.ts';
import { tokenKeys } from './jwt-key.ts';
import { signToken } from './jwt-sign.ts';
import {
  MAX_NESTING,
  decodeSection,
  headerFields,
  payloadText,
  readObject,
  signedBytes,
  splitToken,
  tokenHeader,
} from './jwt-token.ts';
import { candidates, isSignature } from './jwt-verify.ts';

const STRINGS: readonly OperandType[] = ['string', 'string'];
/** Decoding a token and reading its JSON takes so much for each unit of it. */
const BYTES_PER_UNIT = 8;
const STEPS_PER_CALL = 20;

/** The builtins of `io.jwt.`. */
export const jwtBuiltins: readonly Builtin[] = [
  {
    name: 'io.jwt.decode',
    args: ['string'],
    result: 'array',
    call: ([token], context) => decode(paid(token, context)),
  },
  {
    name: 'io.jwt.decode_verify',
    args: ['string', 'object'],
    result: 'array',
    isNondeterministic: true,
    call: ([token, options], context) =>
      decodeVerify([paid(token, context), options as Value], context),
  },
  {
    name: 'io.jwt.encode_sign',
    args: ['object', 'object', 'object'],
    result: 'string',
    call: ([header, payload, key], context) =>
      signToken({ header: json(header), payload: json(payload) }, json(key), context),
  },
  {
    name: 'io.jwt.encode_sign_raw',
    args: ['string', 'string', 'string'],
    result: 'string',
    call: ([header, payload, key], context) =>
      signToken({ header: header as string, payload: payload as string }, key as string, context),
  },
  ...[...TOKEN_ALGORITHMS.keys()].map((algorithm): Builtin => ({
    name: `io.jwt.verify_${algorithm.toLowerCase()}`,
    args: STRINGS,
    result: 'boolean',
    call: ([token, key], context) =>
      verifyWithKey(algorithm, [paid(token, context), key as string], context),
  })),
  ...[...SECRET_ALGORITHMS].map(([algorithm, digest]): Builtin => ({
    name: `io.jwt.verify_${algorithm.toLowerCase()}`,
    args: STRINGS,
    result: 'boolean',
    call: ([token, secret], context) =>
      verifyWithSecret(digest, paid(token, context), secret as string),
  })),
];

function json(value: Value | undefined): string {
  return goJson(value as Value);
}

function paid(token: Value | undefined, { charge, allocate }: BuiltinContext): string {
  const { length } = token as string;
  charge(STEPS_PER_CALL + (length >> 4));
  allocate(length * BYTES_PER_UNIT);
  return token as string;
}

function decode(text: string, depth = 0): Value {
  if (depth > MAX_NESTING) throw new BuiltinFailure(`JWT is nested deeper than ${MAX_NESTING}`);
  const token = splitToken(text);
  const header = headerFields(token);
  const payload = payloadText(token);
  if (valueAt(header, 'cty') === 'JWT') return decode(unquoted(payload), depth + 1);
  const claims = readObject(payload);
  return [header, claims, decodeSection(token.signature, 'signature').toString('hex')];
}

/** A token in a token may stand in quotes, of either kind and any number. */
function unquoted(text: string): string {
  return text.replace(/^["']+/, '').replace(/(?<!["'])["']+$/, '');
}

function verifyWithKey(
  algorithm: string,
  [text, keyText]: [string, string],
  context: BuiltinContext,
): boolean {
  const token = splitToken(text);
  const keys = tokenKeys(keyText, context);
  const signature = decodeBase64Url(token.signature);
  const header = tokenHeader(headerFields(token));
  const signed = { data: signedBytes(token), signature, context };
  return candidates(header, keys).some((key) => isSignature(algorithm, key, signed));
}

/** The header is not looked at: whoever asks says the algorithm. */
function verifyWithSecret(digest: string, text: string, secret: string): boolean {
  const token = splitToken(text);
  const signature = decodeBase64Url(token.signature);
  return isSecretSignature(digest, bytesOfText(secret), { data: signedBytes(token), signature });
}
