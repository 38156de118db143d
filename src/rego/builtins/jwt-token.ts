/** A token in compact form taken apart (RFC 7515, RFC 7519). */
import { BuiltinFailure } from '../builtin.ts';
import { parseJsonValue } from '../json-text.ts';
import { isObjectValue, valueAt } from '../value.ts';
import type { ObjectValue } from '../value.ts';
import { decodeBase64Url } from './base64-text.ts';

/** Tokens within tokens are opened so many times. */
export const MAX_NESTING = 16;

/** The sections of a token. */
export interface TokenSections {
  readonly header: ObjectValue;
  readonly payload: string;
  readonly signature: Buffer;
  /** The bytes that were signed. */
  readonly signed: Buffer;
}

/** Splits and decodes a token; throws a `BuiltinFailure` that names the section that is wrong. */
export function readToken(text: string): TokenSections {
  const sections = text.split('.');
  if (sections.length === 1) throw new BuiltinFailure('encoded JWT had no period separators');
  if (sections.length !== 3) {
    throw new BuiltinFailure(`encoded JWT must have 3 sections, found ${sections.length}`);
  }
  const [header = '', payload = '', signature = ''] = sections;
  const fields = readObject(decode(header, 'header'), 'header');
  if (valueAt(fields, 'enc') !== undefined) {
    throw new BuiltinFailure('JWT is a JWE object, which is not supported');
  }
  return {
    header: fields,
    payload: decode(payload, 'payload').toString(),
    signature: decode(signature, 'signature'),
    signed: Buffer.from(`${header}.${payload}`),
  };
}

function decode(section: string, name: string): Buffer {
  try {
    return decodeBase64Url(section);
  } catch (error) {
    throw new BuiltinFailure(`JWT ${name} had invalid encoding: ${(error as Error).message}`);
  }
}

/** The JSON object of a section. */
export function readObject(text: Buffer | string, name: string): ObjectValue {
  try {
    const value = parseJsonValue(text.toString());
    if (isObjectValue(value)) return value;
  } catch (error) {
    throw new BuiltinFailure(`JWT ${name} is not JSON: ${(error as Error).message}`);
  }
  throw new BuiltinFailure(`JWT ${name} is not a JSON object`);
}

/** The token that a payload holds where the header says `cty: JWT`; it may stand in quotes. */
export function nestedToken({ header, payload }: TokenSections): string | undefined {
  const type = valueAt(header, 'cty');
  const isNested = typeof type === 'string' && type.toUpperCase() === 'JWT';
  return isNested ? payload.replace(/^"(.*)"$/s, '$1') : undefined;
}
