/**
 * Examples of messages with every field set, made of the definition: what a client may send in the
 * spellings that clients use, and what must come back.
 */
import type { Json, JsonObject } from '../../src/domain/json.ts';
import {
  enumNames,
  type MessageField,
  messageFields,
  type MessageTable,
} from '../../src/google/message-table.ts';

/** One value in two spellings. */
export interface FullExample<T extends Json = JsonObject> {
  /** As it comes back: camelCase, names, text for int64, standard base64. */
  readonly canonical: T;
  /** As another client sends it: snake_case, numbers for enums, URL-safe base64 without padding. */
  readonly sent: T;
}

/** What an example is made of; `variant` chooses among the alternatives of each oneof. */
export interface ExampleSource {
  readonly table: MessageTable;
  readonly type: string;
  readonly variant: number;
}

/** Bytes that look different in the two alphabets. */
const BYTES = Buffer.from([0xfb, 0xef, 0xff, 0xfe]);
const ANY = { any: ['text', 1, true, { deep: null }] };

const SCALARS: Readonly<Record<string, FullExample<Json>>> = {
  string: same('text with "quotes", ü and 🚢'),
  bytes: { canonical: BYTES.toString('base64'), sent: BYTES.toString('base64url') },
  bool: same(true),
  int32: { canonical: -7, sent: '-7' },
  int64: { canonical: '9007199254740991', sent: 9007199254740991 },
  double: { canonical: 0.5, sent: '0.5' },
  time: { canonical: '2026-11-20T17:19:14.000000Z', sent: '2026-11-20T18:19:14+01:00' },
  json: same(ANY),
};

/** Sets every field of a message that a client can set; of each oneof, one. */
export function fullMessage(source: ExampleSource): FullExample {
  const fields = messageFields(source.table, source.type);
  if (fields === undefined) throw new TypeError(`no message ${source.type}`);
  const chosen = [...new Set(fields.values())].filter(
    (field) => !field.output && field.type !== 'refused' && isChosen(source, field),
  );
  const made = chosen.map((field) => ({ field, ...fullField(source, field) }));
  const spelling = (field: MessageField): string =>
    [...fields].find(([key, one]) => one === field && key !== field.name)?.[0] ?? field.name;
  return {
    canonical: Object.fromEntries(made.map(({ field, canonical }) => [field.name, canonical])),
    sent: Object.fromEntries(made.map(({ field, sent }) => [spelling(field), sent])),
  };
}

function isChosen({ table, type, variant }: ExampleSource, field: MessageField): boolean {
  if (field.group === undefined) return true;
  const all = [...new Set(messageFields(table, type)?.values() ?? [])];
  const group = all.filter((one) => one.group === field.group && one.type !== 'refused');
  return group[variant % group.length] === field;
}

function fullField(source: ExampleSource, { type, shape }: MessageField): FullExample<Json> {
  const one = fullValue({ ...source, type });
  const wrap = (value: Json): Json => {
    if (shape === 'list') return [value, value];
    return shape === 'map' ? { 'a key.of/any kind': value } : value;
  };
  return { canonical: wrap(one.canonical), sent: wrap(one.sent) };
}

function fullValue(source: ExampleSource): FullExample<Json> {
  const scalar = SCALARS[source.type];
  if (scalar !== undefined) return scalar;
  const names = enumNames(source.table, source.type)?.byNumber;
  if (names === undefined) return fullMessage(source);
  const number = names.findIndex((name, index) => index > 0 && name !== undefined);
  return { canonical: names[number] ?? '', sent: number };
}

function same(value: Json): FullExample<Json> {
  return { canonical: value, sent: value };
}
