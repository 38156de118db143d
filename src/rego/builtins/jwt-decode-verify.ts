/** `io.jwt.decode_verify`: a token that must meet constraints, signature first. */
import { BuiltinFailure } from '../builtin.ts';
import type { BuiltinContext } from '../builtin.ts';
import { compareNumbers, decimalOf, isRegoNumber, makeNumber } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { isArrayValue, sortedPairs, valueAt } from '../value.ts';
import type { ObjectValue, Value } from '../value.ts';
import { SECRET_ALGORITHMS, isSecretSignature, isSignature, tokenKeys } from './jwt-key.ts';
import type { TokenKey } from './jwt-key.ts';
import { MAX_NESTING, nestedToken, readObject, readToken } from './jwt-token.ts';
import type { TokenSections } from './jwt-token.ts';

interface Constraints {
  readonly keys: readonly TokenKey[] | undefined;
  readonly secret: string | undefined;
  readonly alg: string | undefined;
  readonly iss: string | undefined;
  readonly aud: string | undefined;
  /** Nanoseconds since 1970. */
  readonly time: RegoNumber;
}

const NAMES = ['cert', 'secret', 'alg', 'iss', 'aud', 'time'];
const NOT_VERIFIED: Value = [false, {}, {}];

/** `[true, header, payload]`, or `[false, {}, {}]` where any constraint is not met. */
export function decodeVerify([text, options]: readonly Value[], context: BuiltinContext): Value {
  const constraints = readConstraints(options as ObjectValue, context);
  let token = readToken(text as string);
  for (let depth = 0; depth < MAX_NESTING; depth += 1) {
    if (!isVerified(token, constraints)) return NOT_VERIFIED;
    const nested = nestedToken(token);
    if (nested === undefined) return checkClaims(token, constraints);
    token = readToken(nested);
  }
  throw new BuiltinFailure(`JWT is nested deeper than ${MAX_NESTING}`);
}

function readConstraints(options: ObjectValue, context: BuiltinContext): Constraints {
  const unknown = sortedPairs(options).find(([name]) => !NAMES.includes(name as string));
  if (unknown)
    throw new BuiltinFailure(
      `unknown token validation constraint: ${String(unknown[0] as string)}`,
    );
  const [cert, secret] = [textOption(options, 'cert'), textOption(options, 'secret')];
  if ((cert === undefined) === (secret === undefined)) {
    throw new BuiltinFailure(
      cert === undefined ? 'no key constraint' : 'duplicate key constraints',
    );
  }
  const time = valueAt(options, 'time') ?? makeNumber(context.nowNanos, 0);
  if (!isRegoNumber(time)) throw new BuiltinFailure('token time constraint must be a number');
  return {
    keys: cert === undefined ? undefined : tokenKeys(cert, context),
    secret,
    alg: textOption(options, 'alg'),
    iss: textOption(options, 'iss'),
    aud: textOption(options, 'aud'),
    time,
  };
}

function textOption(options: ObjectValue, name: string): string | undefined {
  const found = valueAt(options, name);
  if (found === undefined || typeof found === 'string') return found;
  throw new BuiltinFailure(`${name} constraint must be a string`);
}

/** Algorithm and signature; extensions that must be understood are not, so that they fail. */
function isVerified(token: TokenSections, { keys, secret, alg }: Constraints): boolean {
  const named = valueAt(token.header, 'alg');
  if (typeof named !== 'string' || (alg !== undefined && alg !== named)) return false;
  if (valueAt(token.header, 'crit') !== undefined) return false;
  const signed = { data: token.signed, signature: token.signature };
  const digest = SECRET_ALGORITHMS.get(named);
  if (secret !== undefined) {
    return digest !== undefined && isSecretSignature(digest, Buffer.from(secret), signed);
  }
  return candidates(token, named, keys ?? []).some((key) => isSignature(named, key, signed));
}

/** The key that the header names, if it is there; otherwise all of its algorithm. */
function candidates(
  { header }: TokenSections,
  alg: string,
  keys: readonly TokenKey[],
): readonly TokenKey[] {
  const fitting = keys.filter(({ algorithm }) => algorithm === undefined || algorithm === alg);
  const keyId = valueAt(header, 'kid');
  const named = fitting.filter((key) => key.keyId !== undefined && key.keyId === keyId);
  return named.length > 0 ? named : fitting;
}

function checkClaims(token: TokenSections, constraints: Constraints): Value {
  const claims = readObject(token.payload, 'payload');
  const { iss, time } = constraints;
  if (iss !== undefined && valueAt(claims, 'iss') !== iss) return NOT_VERIFIED;
  if (!isAudience(valueAt(claims, 'aud'), constraints.aud)) return NOT_VERIFIED;
  const [expiry, start] = [secondsOf(claims, 'exp'), secondsOf(claims, 'nbf')];
  if (expiry !== undefined && compareNumbers(time, expiry) >= 0) return NOT_VERIFIED;
  if (start !== undefined && compareNumbers(time, start) < 0) return NOT_VERIFIED;
  return [true, token.header, claims];
}

/** A token with an audience is for nobody who does not say that he is it. */
function isAudience(claimed: Value | undefined, wanted: string | undefined): boolean {
  if (wanted === undefined) return claimed === undefined;
  return isArrayValue(claimed) ? claimed.includes(wanted) : claimed === wanted;
}

/** A claim of time in nanoseconds, exactly. */
function secondsOf(claims: ObjectValue, name: string): RegoNumber | undefined {
  const found = valueAt(claims, name);
  if (found === undefined) return undefined;
  if (!isRegoNumber(found)) throw new BuiltinFailure(`${name} value must be a number`);
  const { coefficient, exponent } = decimalOf(found);
  return makeNumber(coefficient, exponent + 9);
}
