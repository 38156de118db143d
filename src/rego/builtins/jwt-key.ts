/** Keys of tokens: certificates and public keys in PEM, JWKs or sets of them (RFC 7517). */
import { createPublicKey, createSecretKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { SECRET_ALGORITHMS, TOKEN_ALGORITHMS } from './jwt-algorithm.ts';
import { remembered } from './operands.ts';

/** One key that a token may be verified with. */
export interface TokenKey {
  readonly key: KeyObject;
  /** What a JWK says it is for; a key in PEM says nothing. */
  readonly algorithm: string | undefined;
  readonly keyId: string | undefined;
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----\s*/;
/** What the platform keeps of a key outside of the heap, and the work of reading it. */
const [BYTES_PER_KEY, STEPS_PER_KEY] = [4096, 700];

/** The keys of a text, read once for a query; see {@link readTokenKeys}. */
export function tokenKeys(text: string, context: BuiltinContext): readonly TokenKey[] {
  return remembered(context, `jwt keys ${text}`, () => readTokenKeys(text, context));
}

/** The keys of a PEM text or of a JWK (set); throws a `BuiltinFailure` where none can be read. */
function readTokenKeys(text: string, context: BuiltinContext): readonly TokenKey[] {
  const block = PEM.exec(text);
  if (!block) return jwkKeys(text, context);
  payForKeys(1, context);
  return [pemKey(text, block)];
}

function payForKeys(count: number, { charge, allocate }: BuiltinContext): void {
  charge(count * STEPS_PER_KEY);
  allocate(count * BYTES_PER_KEY);
}

function pemKey(text: string, block: RegExpExecArray): TokenKey {
  const rest = text.slice(block.index + block[0].length);
  if (rest !== '') throw new BuiltinFailure('extra data after a PEM certificate block');
  if (block[1] !== 'CERTIFICATE' && block[1] !== 'PUBLIC KEY') {
    throw new BuiltinFailure('failed to extract a Key from the PEM certificate');
  }
  try {
    return { key: createPublicKey(block[0]), algorithm: undefined, keyId: undefined };
  } catch (error) {
    const what = block[1] === 'CERTIFICATE' ? 'certificate' : 'public key';
    throw new BuiltinFailure(`failed to parse a PEM ${what}: ${(error as Error).message}`);
  }
}

/** The keys of a set, but for those whose algorithm is none of tokens. */
function jwkKeys(text: string, context: BuiltinContext): TokenKey[] {
  const list = jwksOf(text);
  payForKeys(list.length, context);
  return list
    .map((jwk) => ({
      key: jwkKey(jwk),
      algorithm: textField(jwk, 'alg'),
      keyId: textField(jwk, 'kid'),
    }))
    .filter(({ algorithm }) => algorithm === undefined || isTokenAlgorithm(algorithm));
}

function isTokenAlgorithm(name: string): boolean {
  return TOKEN_ALGORITHMS.has(name) || SECRET_ALGORITHMS.has(name);
}

function jwkKey(jwk: JsonWebKey): KeyObject {
  if (jwk.kty === 'oct') return createSecretKey(secretOf(jwk));
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (error) {
    throw jwkFailure((error as Error).message);
  }
}

/** The JWKs of a text: one, or those of a set. */
export function jwksOf(text: string): readonly JsonWebKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw jwkFailure((error as Error).message);
  }
  if (!isRecord(json)) throw jwkFailure('it is no object');
  const list: unknown = json['keys'] ?? [json];
  if (Array.isArray(list) && list.every(isRecord)) return list as JsonWebKey[];
  throw jwkFailure('`keys` is no list of objects');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The secret of a JWK of type `oct`. */
export function secretOf(jwk: JsonWebKey): Buffer {
  if (jwk.kty === 'oct' && typeof jwk.k === 'string' && jwk.k !== '') {
    return Buffer.from(jwk.k, 'base64url');
  }
  throw jwkFailure('it holds no secret `k`');
}

/** The failure of a text that is no JWK. */
export function jwkFailure(problem: string): BuiltinFailure {
  return new BuiltinFailure(`failed to parse a JWK key (set): ${problem}`);
}

function textField(jwk: JsonWebKey, name: string): string | undefined {
  const found = jwk[name];
  return typeof found === 'string' && found !== '' ? found : undefined;
}
