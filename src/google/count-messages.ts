/**
 * How many messages bytes hold, before any of them is made: an empty one is two bytes on the wire
 * and a few hundred in memory.
 */
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { AssayError } from '../domain/error.ts';
import { MAX_CONTAINERS } from '../domain/json-shape.ts';

/** What is in an Any is read later, by the type that it names: its bytes count as so many. */
const ANY = 'google.protobuf.Any';
const BYTES_OF_ONE = 16;

/** Deeper than the library reads. */
const MAX_DEPTH = 100;

/** Refuses bytes of more than {@link MAX_CONTAINERS} messages as `too-large`. */
export function refuseManyMessages(schema: DescMessage, bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  const count = { messages: 0, reader };
  scan(count, schema, { end: bytes.length, depth: 0 });
}

interface Count {
  readonly reader: BinaryReader;
  messages: number;
}

interface Span {
  readonly end: number;
  readonly depth: number;
}

function scan(count: Count, schema: DescMessage, { end, depth }: Span): void {
  const { reader } = count;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = fieldsByNumber(schema).get(number);
    if (field === undefined || wireType !== WireType.LengthDelimited || depth > MAX_DEPTH) {
      reader.skip(wireType, number);
      continue;
    }
    const length = reader.uint32();
    const inner = { end: Math.min(reader.pos + length, end), depth: depth + 1 };
    add(count, schema.typeName === ANY ? length / BYTES_OF_ONE : 1);
    if (field.fieldKind === 'map') scanEntry(count, field, inner);
    else if (field.message !== undefined) scan(count, field.message, inner);
    reader.pos = inner.end;
  }
}

/** An entry of a map is a message with the key as field 1 and the value as field 2. */
function scanEntry(count: Count, field: DescField, { end, depth }: Span): void {
  const { reader } = count;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (number !== 2 || field.message === undefined || wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
      continue;
    }
    const length = reader.uint32();
    const inner = { end: Math.min(reader.pos + length, end), depth: depth + 1 };
    add(count, 1);
    scan(count, field.message, inner);
    reader.pos = inner.end;
  }
}

function add(count: Count, messages: number): void {
  count.messages += messages;
  if (count.messages <= MAX_CONTAINERS) return;
  const message = `the request has more than ${MAX_CONTAINERS} messages; send it in parts`;
  throw new AssayError('too-large', message);
}

const fieldCache = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

/** Fields that are messages, maps or an Any's bytes; others cost what their bytes say. */
function fieldsByNumber(schema: DescMessage): ReadonlyMap<number, DescField> {
  const known = fieldCache.get(schema);
  if (known !== undefined) return known;
  const costly = schema.fields.filter(
    (field) => field.message !== undefined || field.fieldKind === 'map' || schema.typeName === ANY,
  );
  const fields = new Map(costly.map((field) => [field.number, field]));
  fieldCache.set(schema, fields);
  return fields;
}
