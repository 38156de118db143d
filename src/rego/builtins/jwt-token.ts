/** A token in compact form taken apart (RFC 7515, RFC 7519); a section is read when asked for. */
import { BuiltinFailure } from '../model/builtin.ts';
import { parseJsonValue } from '../model/json-text.ts';
import { isArrayValue, isObjectValue, valueAt } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { decodeBase64Url } from './base64-text.ts';
import { bytesOfText, textOfBytes } from './byte-text.ts';

/** Tokens within tokens are opened so many times. */
export const MAX_NESTING = 16;

/** The sections of a token as they stand in it. */
export interface TokenSections {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

/** Splits a token; throws a `BuiltinFailure` where it has not three sections. */
export function splitToken(text: string): TokenSections {
  let found = 1;
  for (let at = text.indexOf('.'); at !== -1; at = text.indexOf('.', at + 1)) found += 1;
  if (found === 1) throw new BuiltinFailure('encoded JWT had no period separators');
  if (found !== 3) throw new BuiltinFailure(`encoded JWT must have 3 sections, found ${found}`);
  const [header = '', payload = '', signature = ''] = text.split('.');
  return { header, payload, signature };
}

/** The bytes that a signature is over. */
export function signedBytes({ header, payload }: TokenSections): Buffer {
  return bytesOfText(`${header}.${payload}`);
}

/** The header's fields; throws a `BuiltinFailure`, also for an encrypted token. */
export function headerFields({ header }: TokenSections): ObjectValue {
  const text = textOfBytes(decodeSection(header, 'header'));
  const fields = readObject(text, 'bad JWT header: ');
  if (valueAt(fields, 'enc') === undefined) return fields;
  throw new BuiltinFailure('JWT is a JWE object, which is not supported');
}

/** What the payload says: claims as JSON, or another token. */
export function payloadText({ payload }: TokenSections): string {
  return textOfBytes(decodeSection(payload, 'payload'));
}

/** Decodes a section; throws a `BuiltinFailure` that names it. */
export function decodeSection(section: string, name: string): Buffer {
  try {
    return decodeBase64Url(section);
  } catch (error) {
    throw new BuiltinFailure(`JWT ${name} had invalid encoding: ${(error as Error).message}`);
  }
}

/** Reads an object of JSON; throws a `BuiltinFailure`. */
export function readObject(text: string, prefix = ''): ObjectValue {
  let value: Value;
  try {
    value = parseJsonValue(text);
  } catch (error) {
    throw new BuiltinFailure(`${prefix}invalid JSON: ${(error as Error).message}`);
  }
  if (isObjectValue(value)) return value;
  throw new BuiltinFailure(`${prefix}decoded JSON type was not an Object`);
}

/** What a header says of how its token is to be read. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  /** Tells whether it asks for an extension to be understood that is not. */
  readonly hasUnknownCritical: boolean;
}

const TEXTS = ['alg', 'kid', 'typ', 'cty'];

/** Checks the known fields of a header; throws a `BuiltinFailure`. */
export function tokenHeader(fields: ObjectValue): TokenHeader {
  const wrong = TEXTS.toSorted().find((name) => !isTextOrAbsent(valueAt(fields, name)));
  const critical = criticalNames(valueAt(fields, 'crit'));
  if (wrong !== undefined) throw new BuiltinFailure(`${wrong}: must be a string`);
  const unknown = critical.filter(
    (name) => name !== 'crit' && !TEXTS.includes(name) && valueAt(fields, name) !== undefined,
  );
  return {
    alg: textAt(fields, 'alg'),
    kid: textAt(fields, 'kid'),
    cty: textAt(fields, 'cty'),
    hasUnknownCritical: unknown.length > 0,
  };
}

function isTextOrAbsent(value: Value | undefined): boolean {
  return value === undefined || typeof value === 'string';
}

function textAt(fields: ObjectValue, name: string): string {
  const found = valueAt(fields, name);
  return typeof found === 'string' ? found : '';
}

function criticalNames(value: Value | undefined): readonly string[] {
  if (value === undefined) return [];
  if (!isArrayValue(value)) throw new BuiltinFailure('crit: must be a list');
  const wrong = value.findIndex((name) => typeof name !== 'string');
  const names = wrong === -1 ? value : value.slice(0, wrong);
  if (names.length === 0) throw new BuiltinFailure('crit: must be a nonempty list');
  return names as readonly string[];
}
