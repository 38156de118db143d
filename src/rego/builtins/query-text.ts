/** Query strings of addresses as Go's `net/url` escapes and reads them. */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { jsonKey } from '../model/json-text.ts';
import { RegoSet, isArrayValue, plainObject, sortedPairs } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { countMembers } from '../model/value-work.ts';
import { bytesOfText, textOfBytes } from './byte-text.ts';

/** Go's QueryEscape: a blank is a plus, and only `-_.~` stay beside letters and digits. */
export function encodeQuery(text: string): string {
  const encoded = text.isWellFormed()
    ? encodeURIComponent(text)
    : Array.from(bytesOfText(text), encodeByte).join('');
  return encoded
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (unit) => escapeByte(unit.charCodeAt(0)));
}

function encodeByte(byte: number): string {
  return byte < 0x80 ? encodeURIComponent(String.fromCharCode(byte)) : escapeByte(byte);
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

const [PERCENT, PLUS, BLANK] = [0x25, 0x2b, 0x20];

/** Go's QueryUnescape. */
export function decodeQuery(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const wrong = /%(?![0-9a-fA-F]{2})/.exec(text);
  if (wrong) {
    const shown = text.slice(wrong.index, wrong.index + 3);
    throw new BuiltinFailure(`invalid URL escape ${JSON.stringify(shown)}`);
  }
  const bytes = bytesOfText(text);
  let size = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === PERCENT) {
      bytes[size] = Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16);
      at += 2;
    } else bytes[size] = byte === PLUS ? BLANK : byte;
    size += 1;
  }
  return textOfBytes(bytes.subarray(0, size));
}

/** The fields of an object as a query string, in the order of their names. */
export function encodeQueryObject(object: ObjectValue): string {
  const fields = sortedPairs(object).map(([key, value]) => [jsonKey(key), value] as const);
  const pairs = fields.flatMap(([name, value]) =>
    valuesOf(value).map((item) => `${encodeQuery(name)}=${encodeQuery(item)}`),
  );
  return pairs.join('&');
}

function valuesOf(value: Value): readonly string[] {
  const list = value instanceof RegoSet ? value.values : isArrayValue(value) ? value : [value];
  if (list.every((item) => typeof item === 'string')) return list;
  throw operandFailure(1, 'values must be string, array[string], or set[string]');
}

/** A query string as an object from names to all their values. */
export function decodeQueryObject(text: string, { charge }: BuiltinContext): Value {
  const values = new Map<string, string[]>();
  const parts = text.split('&');
  charge(parts.length);
  countMembers(parts.length, BYTES_PER_FIELD);
  for (const part of parts) {
    if (part.includes(';')) throw new BuiltinFailure('invalid semicolon separator in query');
    if (part !== '') addField(values, part);
  }
  return plainObject(values);
}

const BYTES_PER_FIELD = 64;

function addField(values: Map<string, string[]>, part: string): void {
  const equals = part.indexOf('=');
  const name = decodeQuery(equals === -1 ? part : part.slice(0, equals));
  const value = equals === -1 ? '' : decodeQuery(part.slice(equals + 1));
  const known = values.get(name);
  if (known) known.push(value);
  else values.set(name, [value]);
}
