/** `io.jwt.decode_verify`: a token that must meet constraints, signature first. */
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { compareNumbers, decimalOf, fromDouble, isRegoNumber, toDouble } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { isArrayValue, sortedPairs, valueAt } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { decodeBase64Url } from './base64-text.ts';
import { bytesOfText } from './byte-text.ts';
import { SECRET_ALGORITHMS, isSecretSignature } from './jwt-algorithm.ts';
import { tokenKeys } from './jwt-key.ts';
import type { TokenKey } from './jwt-key.ts';
import {
  MAX_NESTING,
  headerFields,
  payloadText,
  readObject,
  signedBytes,
  splitToken,
  tokenHeader,
} from './jwt-token.ts';
import type { TokenHeader, TokenSections } from './jwt-token.ts';
import { candidates, isSignature } from './jwt-verify.ts';

/** What a token must meet; a text that is empty asks for nothing. */
interface Constraints {
  readonly keys: readonly TokenKey[] | undefined;
  readonly secret: string;
  readonly alg: string;
  readonly iss: string;
  readonly aud: string;
  /** Seconds since 1970. */
  readonly time: RegoNumber;
}

const NAMES = ['cert', 'secret', 'alg', 'iss', 'aud', 'time'];
const NOT_VERIFIED: Value = [false, {}, {}];

/** `[true, header, payload]`, or `[false, {}, {}]` where any constraint is not met. */
export function decodeVerify([text, options]: readonly Value[], context: BuiltinContext): Value {
  const constraints = readConstraints(options as ObjectValue, context);
  let token = splitToken(text as string);
  for (let depth = 0; depth < MAX_NESTING; depth += 1) {
    const fields = headerFields(token);
    const header = tokenHeader(fields);
    if (!isVerified(token, header, { constraints, context })) return NOT_VERIFIED;
    const payload = payloadText(token);
    if (header.cty.toUpperCase() !== 'JWT') {
      const claims = readObject(payload);
      return areClaimsMet(claims, constraints) ? [true, fields, claims] : NOT_VERIFIED;
    }
    token = splitToken(payload);
  }
  throw new BuiltinFailure(`JWT is nested deeper than ${MAX_NESTING}`);
}

function readConstraints(options: ObjectValue, context: BuiltinContext): Constraints {
  for (const [name] of sortedPairs(options)) {
    if (!NAMES.includes(name as string)) {
      throw new BuiltinFailure(`unknown token validation constraint: ${name as string}`);
    }
  }
  const cert = valueAt(options, 'cert') === undefined ? undefined : textOption(options, 'cert');
  const constraints = {
    keys: cert === undefined ? undefined : tokenKeys(cert, context),
    secret: textOption(options, 'secret'),
    alg: textOption(options, 'alg'),
    iss: textOption(options, 'iss'),
    aud: textOption(options, 'aud'),
    time: secondsOf(given(options, 'time', Number(context.nowNanos))),
  };
  const count = (constraints.keys ? 1 : 0) + (constraints.secret === '' ? 0 : 1);
  if (count === 1) return constraints;
  throw new BuiltinFailure(count === 0 ? 'no key constraint' : 'duplicate key constraints');
}

function given(options: ObjectValue, name: string, otherwise: Value): Value {
  const found = valueAt(options, name);
  return found === undefined ? otherwise : found;
}

function textOption(options: ObjectValue, name: string): string {
  const found = given(options, name, '');
  if (typeof found === 'string') return found;
  throw new BuiltinFailure(`${name} constraint: must be a string`);
}

/** Nanoseconds as seconds, in a double as OPA has them. */
function secondsOf(nanos: Value): RegoNumber {
  if (!isRegoNumber(nanos)) throw new BuiltinFailure('token time constraint: must be a number');
  const double = toDouble(decimalOf(nanos));
  if (double < 0) throw new BuiltinFailure('token time constraint: must not be negative');
  const seconds = fromDouble(double / 1e9);
  if (seconds !== undefined) return seconds;
  throw new BuiltinFailure('token time constraint: unvalid float64');
}

interface Asked {
  readonly constraints: Constraints;
  readonly context: BuiltinContext;
}

/** Algorithm and signature; extensions that must be understood are not, so that they fail. */
function isVerified(
  token: TokenSections,
  header: TokenHeader,
  { constraints, context }: Asked,
): boolean {
  const { keys, secret } = constraints;
  if (header.alg === '' || header.hasUnknownCritical) return false;
  if (constraints.alg !== '' && constraints.alg !== header.alg) return false;
  const signature = decodeBase64Url(token.signature);
  const signed = { data: signedBytes(token), signature, context };
  if (!keys) {
    const digest = SECRET_ALGORITHMS.get(header.alg);
    return digest !== undefined && isSecretSignature(digest, bytesOfText(secret), signed);
  }
  return candidates(header, keys).some((key) => isSignature(header.alg, key, signed));
}

function areClaimsMet(claims: ObjectValue, { iss, aud, time }: Constraints): boolean {
  if (iss !== '' && valueAt(claims, 'iss') !== iss) return false;
  if (!isAudience(valueAt(claims, 'aud'), aud)) return false;
  const expiry = timeClaim(claims, 'exp');
  if (expiry !== undefined && compareNumbers(time, expiry) >= 0) return false;
  const start = timeClaim(claims, 'nbf');
  return start === undefined || compareNumbers(time, start) >= 0;
}

/** A token with an audience is for nobody who does not say that he is it. */
function isAudience(claimed: Value | undefined, wanted: string): boolean {
  if (claimed === undefined) return wanted === '';
  return isArrayValue(claimed) ? claimed.includes(wanted) : claimed === wanted;
}

function timeClaim(claims: ObjectValue, name: string): RegoNumber | undefined {
  const found = valueAt(claims, name);
  if (found === undefined || isRegoNumber(found)) return found;
  throw new BuiltinFailure(`${name} value must be a number`);
}
