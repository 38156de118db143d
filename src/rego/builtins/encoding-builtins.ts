/** Values as text and back: JSON, YAML, base64, hexadecimal and query strings. */
import { parseAllDocuments, stringify } from 'yaml';
import { indentJson } from '../../domain/indent-json.ts';
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext } from '../builtin.ts';
import { jsonText, parseJsonValue, toJsonValue, valueFromJson } from '../json-text.ts';
import { RegoSet, isArrayValue, plainObject, sortedPairs, typeOf, valueAt } from '../value.ts';
import type { ObjectValue, Value } from '../value.ts';
import { BASE64, BASE64_URL, decodeBase64 } from './base64-text.ts';

type Convert = (text: string, context: BuiltinContext) => Value;

const UTF8 = new TextDecoder();
/** A few aliases can stand for gigabytes: so many are read in one YAML text. */
const MAX_ALIASES = 100;

/** The builtins of `json.`, `yaml.`, `base64.`, `base64url.`, `hex.` and `urlquery.` by text. */
export const encodingBuiltins: readonly Builtin[] = [
  {
    name: 'json.marshal',
    args: ['any'],
    result: 'string',
    call: ([value]) => goJson(value as Value),
  },
  {
    name: 'json.marshal_with_options',
    args: ['any', 'object'],
    result: 'string',
    call: marshalWith,
  },
  fromText('json.unmarshal', 'any', (text) => readJson(text)),
  isValid('json.is_valid', (text) => readJson(text)),
  {
    name: 'yaml.marshal',
    args: ['any'],
    result: 'string',
    call: ([value]) => writeYaml(value as Value),
  },
  fromText('yaml.unmarshal', 'any', (text) => readYaml(text)),
  isValid('yaml.is_valid', (text) => readYaml(text)),
  fromText('base64.encode', 'string', (text) => Buffer.from(text).toString('base64')),
  fromText('base64.decode', 'string', (text) => UTF8.decode(decodeBase64(text, BASE64))),
  isValid('base64.is_valid', (text) => UTF8.decode(decodeBase64(text, BASE64))),
  fromText('base64url.encode', 'string', (text) => padded(Buffer.from(text).toString('base64url'))),
  fromText('base64url.encode_no_pad', 'string', (text) => Buffer.from(text).toString('base64url')),
  fromText('base64url.decode', 'string', (text) => UTF8.decode(decodeBase64(text, BASE64_URL))),
  fromText('hex.encode', 'string', (text) => Buffer.from(text).toString('hex')),
  fromText('hex.decode', 'string', (text) => UTF8.decode(decodeHex(text))),
  fromText('urlquery.encode', 'string', (text) => encodeQuery(text)),
  fromText('urlquery.decode', 'string', (text) => decodeQuery(text)),
  { name: 'urlquery.encode_object', args: ['object'], result: 'string', call: encodeObject },
  fromText('urlquery.decode_object', 'object', (text) => decodeObject(text)),
];

function fromText(name: string, result: Builtin['result'], convert: Convert): Builtin {
  return {
    name,
    args: ['string'],
    result,
    call: ([text], context) => convert(text as string, context),
  };
}

function isValid(name: string, read: (text: string) => unknown): Builtin {
  return {
    name,
    args: ['any'],
    result: 'boolean',
    call: ([value]) => {
      if (typeof value !== 'string') return false;
      try {
        read(value);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** JSON as Go writes it: `<`, `>`, `&` and two line separators are escaped. */
export function goJson(value: Value): string {
  return jsonText(value).replaceAll(/[<>&\u2028\u2029]/g, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function marshalWith([value, options]: readonly Value[]): string {
  const settings = options as ObjectValue;
  const [indent, prefix] = [option(settings, 'indent', '\t'), option(settings, 'prefix', '')];
  const isPretty = valueAt(settings, 'pretty') ?? sortedPairs(settings).length > 0;
  if (typeof isPretty !== 'boolean') throw operandFailure(2, 'key "pretty" must be a boolean');
  const text = goJson(value as Value);
  return isPretty ? indentJson(text, { indent, prefix }) : text;
}

function option(settings: ObjectValue, key: string, fallback: string): string {
  const found = valueAt(settings, key) ?? fallback;
  if (typeof found === 'string') return found;
  throw operandFailure(2, `key "${key}" must be a string, got ${typeOf(found)}`);
}

function readJson(text: string): Value {
  try {
    return parseJsonValue(text);
  } catch (error) {
    throw new BuiltinFailure(`invalid JSON: ${(error as Error).message}`);
  }
}

function writeYaml(value: Value): string {
  return stringify(toJsonValue(value), { indentSeq: false, lineWidth: 0 });
}

function readYaml(text: string): Value {
  const documents = parseAllDocuments(text, { uniqueKeys: true, merge: true, logLevel: 'silent' });
  const [document] = Array.isArray(documents) ? documents : [];
  if (!document) return null;
  const [problem] = document.errors;
  if (problem) throw new BuiltinFailure(`invalid YAML: ${problem.message.split('\n')[0]}`);
  try {
    return valueFromJson(document.toJS({ maxAliasCount: MAX_ALIASES }));
  } catch (error) {
    throw new BuiltinFailure(`invalid YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

function decodeHex(text: string): Buffer {
  const wrong = /[^0-9a-fA-F]/u.exec(text)?.[0];
  if (wrong !== undefined) {
    const code = (wrong.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw new BuiltinFailure(`encoding/hex: invalid byte: U+${code} '${wrong}'`);
  }
  if (text.length % 2 === 1) throw new BuiltinFailure('encoding/hex: odd length hex string');
  return Buffer.from(text, 'hex');
}

/** Go's QueryEscape: a blank is a plus, and only `-_.~` stay beside letters and digits. */
function encodeQuery(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+');
  return encoded.replaceAll(
    /[!'()*]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decodeQuery(text: string): string {
  const wrong = /%(?![0-9a-fA-F]{2})[^]{0,2}/.exec(text)?.[0];
  if (wrong !== undefined) throw new BuiltinFailure(`invalid URL escape ${JSON.stringify(wrong)}`);
  const bytes = text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
      UTF8.decode(Buffer.from(run.replaceAll('%', ''), 'hex')),
    );
  return bytes;
}

function encodeObject([object]: readonly Value[]): string {
  const pairs = sortedPairs(object as ObjectValue).flatMap(([key, value]) =>
    queryValues(value).map((item) => `${encodeQuery(textOf(key))}=${encodeQuery(textOf(item))}`),
  );
  return pairs.join('&');
}

function queryValues(value: Value): readonly Value[] {
  if (value instanceof RegoSet) return value.values;
  return isArrayValue(value) ? value : [value];
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw operandFailure(
    1,
    `values must be string, array of string or set of string, got ${typeOf(value)}`,
  );
}

function decodeObject(text: string): Value {
  const values = new Map<string, string[]>();
  for (const part of text.split('&').filter((item) => item !== '')) {
    const [key = '', ...rest] = part.split('=');
    const name = decodeQuery(key);
    const list = values.get(name) ?? [];
    values.set(name, [...list, decodeQuery(rest.join('='))]);
  }
  return plainObject(values);
}
