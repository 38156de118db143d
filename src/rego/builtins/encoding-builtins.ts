/** Values as text and back: JSON, YAML, base64, hexadecimal and query strings. */
import { indentJson } from '../../domain/indent-json.ts';
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext } from '../model/builtin.ts';
import { jsonText, parseJsonValue } from '../model/json-text.ts';
import { formatValue, plainObject, sortedPairs, typeOf } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { decodeBase64, decodeBase64Url } from './base64-text.ts';
import { bytesOfText, textOfBytes } from './byte-text.ts';
import { decodeQuery, decodeQueryObject, encodeQuery, encodeQueryObject } from './query-text.ts';
import { readYaml } from './yaml-reader.ts';
import { writeYaml } from './yaml-writer.ts';

type Convert = (text: string, context: BuiltinContext) => Value;

/** Bytes that a text's conversion takes for each of its units, at most. */
const BYTES = { json: 16, encoded: 4, escaped: 6, decoded: 2 } as const;

/** The builtins of `json.`, `yaml.`, `base64.`, `base64url.`, `hex.` and `urlquery.` by text. */
export const encodingBuiltins: readonly Builtin[] = [
  toText('json.marshal', goJson),
  {
    name: 'json.marshal_with_options',
    args: ['any', 'object'],
    result: 'string',
    call: ([value, options], context) =>
      marshalWith(value as Value, options as ObjectValue, context),
  },
  fromText('json.unmarshal', 'any', paying(BYTES.json, readJson)),
  isValid('json.is_valid', paying(BYTES.json, checkJson)),
  toText('yaml.marshal', writeYaml),
  fromText('yaml.unmarshal', 'any', readYaml),
  isValid('yaml.is_valid', readYaml),
  ...base64Builtins('base64', 'base64', decodeBase64),
  isValid(
    'base64.is_valid',
    paying(BYTES.decoded, (text) => textOfBytes(decodeBase64(text))),
  ),
  ...base64Builtins('base64url', 'base64url', decodeBase64Url),
  fromText(
    'base64url.encode_no_pad',
    'string',
    paying(BYTES.encoded, (text) => bytesOfText(text).toString('base64url')),
  ),
  fromText(
    'hex.encode',
    'string',
    paying(BYTES.encoded, (text) => bytesOfText(text).toString('hex')),
  ),
  fromText(
    'hex.decode',
    'string',
    paying(BYTES.decoded, (text) => textOfBytes(decodeHex(text))),
  ),
  fromText('urlquery.encode', 'string', paying(BYTES.escaped, encodeQuery)),
  fromText('urlquery.decode', 'string', paying(BYTES.decoded, decodeQuery)),
  toText('urlquery.encode_object', (value) => encodeQueryObject(value as ObjectValue), 'object'),
  fromText('urlquery.decode_object', 'object', paying(BYTES.decoded, decodeQueryObject)),
];

function base64Builtins(
  name: string,
  encoding: 'base64' | 'base64url',
  decode: (text: string) => Buffer,
): Builtin[] {
  return [
    fromText(
      `${name}.encode`,
      'string',
      paying(BYTES.encoded, (text) => padded(bytesOfText(text).toString(encoding))),
    ),
    fromText(
      `${name}.decode`,
      'string',
      paying(BYTES.decoded, (text) => textOfBytes(decode(text))),
    ),
  ];
}

function fromText(name: string, result: Builtin['result'], convert: Convert): Builtin {
  return {
    name,
    args: ['string'],
    result,
    call: ([text], context) => convert(text as string, context),
  };
}

function toText(
  name: string,
  convert: (value: Value) => string,
  operand: 'any' | 'object' = 'any',
): Builtin {
  return {
    name,
    args: [operand],
    result: 'string',
    call: ([value], { allocate }) => {
      const text = convert(value as Value);
      allocate(text.length * 2);
      return text;
    },
  };
}

/** A conversion that is charged by the length of its text before it begins. */
function paying(bytesPerUnit: number, convert: Convert): Convert {
  return (text, context) => {
    context.charge(text.length >> 4);
    context.allocate(text.length * bytesPerUnit);
    return convert(text, context);
  };
}

function isValid(name: string, read: Convert): Builtin {
  return {
    name,
    args: ['any'],
    result: 'boolean',
    call: ([value], context) => {
      if (typeof value !== 'string') return false;
      try {
        read(value, context);
        return true;
      } catch (error) {
        if (error instanceof BuiltinFailure) return false;
        throw error;
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

/** How JSON is set. */
interface Layout {
  readonly indent: string;
  readonly prefix: string;
  /** Undefined: where one of the others is said. */
  readonly pretty: boolean | undefined;
}

function marshalWith(value: Value, options: ObjectValue, { allocate }: BuiltinContext): string {
  const layout = layoutOf(options);
  const text = goJson(value);
  allocate(text.length * 2);
  if (!(layout.pretty ?? sortedPairs(options).length > 0)) return text;
  const set = indentJson(text, layout);
  allocate(set.length * 2);
  return set;
}

function layoutOf(options: ObjectValue): Layout {
  const read: Record<string, Value> = { indent: '\t', prefix: '' };
  for (const [index, [key, value]] of sortedPairs(options).entries()) {
    if (typeof key !== 'string') {
      const problem = `operand ${index} must be string but got ${typeOf(key)}`;
      const name = formatValue(key);
      throw operandFailure(2, `failed to stringify key ${name} at index ${index}: ${problem}`);
    }
    read[key] = optionOf(key, value, index);
  }
  return plainObject(Object.entries(read)) as unknown as Layout;
}

const OPTIONS: ReadonlyMap<string, 'string' | 'boolean'> = new Map([
  ['indent', 'string'],
  ['prefix', 'string'],
  ['pretty', 'boolean'],
]);

function optionOf(key: string, value: Value, index: number): Value {
  const wanted = OPTIONS.get(key);
  if (wanted === undefined) throw operandFailure(2, `object contained unknown key ${key}`);
  if (typeof value === wanted) return value;
  if (wanted === 'boolean') throw operandFailure(2, `key ${key} failed cast to bool`);
  const problem = `operand ${index} must be string but got ${typeOf(value)}`;
  throw operandFailure(2, `key ${key} failed cast to string: ${problem}`);
}

function readJson(text: string): Value {
  try {
    return parseJsonValue(text);
  } catch (error) {
    throw new BuiltinFailure(`invalid JSON: ${(error as Error).message}`);
  }
}

/** Numbers of any size are valid, also those that no value holds. */
function checkJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    throw new BuiltinFailure((error as Error).message);
  }
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Refuses as Go does, which looks at bytes. */
function decodeHex(text: string): Buffer {
  if (/^(?:[0-9a-fA-F]{2})*$/.test(text)) return Buffer.from(text, 'hex');
  const wrong = bytesOfText(text).find((byte) => !HEX.test(String.fromCharCode(byte)));
  if (wrong === undefined) throw new BuiltinFailure('encoding/hex: odd length hex string');
  const code = wrong.toString(16).toUpperCase().padStart(4, '0');
  const shown = PRINTABLE.test(String.fromCharCode(wrong))
    ? ` '${String.fromCharCode(wrong)}'`
    : '';
  throw new BuiltinFailure(`encoding/hex: invalid byte: U+${code}${shown}`);
}

const HEX = /[0-9a-fA-F]/;
const PRINTABLE = /[ -~\u00a1-\u00ac\u00ae-\u00ff]/;
