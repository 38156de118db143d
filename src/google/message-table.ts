/**
 * A small notation for protobuf messages in their JSON form, which scripts/make-descriptors.ts
 * makes of the protos. A message is `field type, field type, …`; `field=spelling` where the
 * .proto's spelling is not the field's in snake_case. A type is `string`, `bytes`, `bool`,
 * `int32`, `int64`, `double`, `time`, `mask` (paths of fields), `json` (any JSON), `refused`
 * (known, but not kept here), or the full name of a message or enum; `[]` makes it a list, `{}` a
 * map by string keys. Then may follow `!` (required), `^` (output only: ignored in input) and
 * `@group` (at most one of a group is set). An enum is its names in the order of their numbers;
 * `A=B` is an alias, `-` an unused number.
 *
 * Marks say by hand what the protos do not: `field!`, `field^`, `field~` (refused) or `field.`
 * (none of these), and `field type` is a field that they lack. Marks of an enum are `-NAME` (not
 * taken here) and `NUMBER:NAME` (a name that it lacks).
 */
import type { JsonObject } from '../domain/json.ts';

/** Tells what is wrong with a message that the notation cannot say, else nothing. */
export type MessageRule = (message: JsonObject) => string | undefined;

/** Messages and enums by full name, in the notation above. */
export interface MessageTable {
  readonly messages: Readonly<Record<string, string>>;
  readonly enums: Readonly<Record<string, string>>;
  /** The package of types that are asked for without one. */
  readonly package?: string;
  readonly marks?: Readonly<Record<string, string>>;
  readonly enumMarks?: Readonly<Record<string, string>>;
  readonly rules?: Readonly<Record<string, MessageRule>>;
  /** What is said of refused fields, by their names; the others are just not kept. */
  readonly refusals?: Readonly<Record<string, string>>;
}

/** One field of a message. */
export interface MessageField {
  /** camelCase, as it is printed. */
  readonly name: string;
  readonly type: string;
  readonly shape: 'one' | 'list' | 'map';
  readonly required: boolean;
  readonly output: boolean;
  /** The oneof that it belongs to. */
  readonly group?: string;
}

/** A message's fields by every spelling that input may use: camelCase and snake_case. */
export type MessageFields = ReadonlyMap<string, MessageField>;

/** An enum: each name and alias to the name that is printed, and the names by number. */
export interface EnumNames {
  readonly byName: ReadonlyMap<string, string>;
  readonly byNumber: readonly (string | undefined)[];
}

const FIELD = /^(\w+)(?:=(\w+))? ([\w.]+)(\[\]|\{\})?([!^])?(?:@(\w+))?$/;
const MARK = /^(\w+)([!^~.])$/;
const ENUM_MARK = /^(?:-(\w+)|(\d+):(\w+))$/;
const fieldCache = new WeakMap<MessageTable, Map<string, MessageFields>>();
const enumCache = new WeakMap<MessageTable, Map<string, EnumNames>>();

/** The fields of a message of the table; undefined where the table has no such message. */
export function messageFields(table: MessageTable, type: string): MessageFields | undefined {
  return cached({ cache: fieldCache, table, type }, () => {
    const name = fullName(table, type);
    const text = own(table.messages, name);
    if (text === undefined) return undefined;
    return parseMessage(text, own(table.marks ?? {}, name) ?? '');
  });
}

/** The names of an enum of the table; undefined where the table has no such enum. */
export function enumNames(table: MessageTable, type: string): EnumNames | undefined {
  return cached({ cache: enumCache, table, type }, () => {
    const name = fullName(table, type);
    const text = own(table.enums, name);
    if (text === undefined) return undefined;
    return parseEnum(text, own(table.enumMarks ?? {}, name) ?? '');
  });
}

/** The rule of a message of the table, where it has one. */
export function ruleOf(table: MessageTable, type: string): MessageRule | undefined {
  return own(table.rules ?? {}, fullName(table, type));
}

function fullName(table: MessageTable, type: string): string {
  return table.package === undefined || type.includes('.') ? type : `${table.package}.${type}`;
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

interface ReadField {
  readonly field: MessageField;
  /** The .proto's spelling. */
  readonly spelling: string;
}

function parseMessage(text: string, marks: string): MessageFields {
  const fields = new Map(
    partsOf(text).map((part) => [part.split(/[ =]/)[0] ?? '', parseField(part)]),
  );
  for (const mark of partsOf(marks)) {
    const [, name = '', sign = ''] = MARK.exec(mark) ?? [];
    const marked = name === '' ? parseField(mark) : markField(fields.get(name), sign, mark);
    fields.set(marked.field.name, marked);
  }
  return new Map(
    [...fields.values()].flatMap(({ field, spelling }) =>
      [...new Set([field.name, spelling])].map((key) => [key, field] as const),
    ),
  );
}

function partsOf(text: string): readonly string[] {
  const parts = text.split(',').map((part) => part.trim().replaceAll(/\s+/g, ' '));
  return parts.filter((part) => part !== '');
}

function parseField(text: string): ReadField {
  const [, name = '', alias, type = '', brackets, mark, group] = FIELD.exec(text) ?? [];
  if (name === '') throw new TypeError(`message table: cannot read the field "${text}"`);
  const shape = brackets === '[]' ? 'list' : brackets === '{}' ? 'map' : 'one';
  const marks = { required: mark === '!', output: mark === '^', ...(group && { group }) };
  return { field: { name, type, shape, ...marks }, spelling: alias ?? snakeCase(name) };
}

function markField(known: ReadField | undefined, sign: string, mark: string): ReadField {
  if (known === undefined) throw new TypeError(`message table: "${mark}" marks no field`);
  const type = sign === '~' ? 'refused' : known.field.type;
  const marks = { type, required: sign === '!', output: sign === '^' };
  return { ...known, field: { ...known.field, ...marks } };
}

/** The .proto spelling of a JSON name. */
function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function parseEnum(text: string, marks: string): EnumNames {
  const numbers = wordsOf(text).map((entry) => (entry === '-' ? [] : entry.split('=')));
  const left = new Set<string>();
  for (const mark of wordsOf(marks)) {
    const [, removed, number, added = ''] = ENUM_MARK.exec(mark) ?? [];
    if (removed === undefined && number === undefined) {
      throw new TypeError(`message table: cannot read the mark "${mark}"`);
    }
    if (removed !== undefined) left.add(removed);
    else numbers[Number(number)] = [...(numbers[Number(number)] ?? []), added];
  }
  const taken = Array.from(numbers, (names) => (names ?? []).filter((name) => !left.has(name)));
  const byName = taken.flatMap((names) => names.map((name) => [name, names[0] ?? ''] as const));
  return { byName: new Map(byName), byNumber: taken.map(([name]) => name) };
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

interface CacheKey<T> {
  readonly cache: WeakMap<MessageTable, Map<string, T>>;
  readonly table: MessageTable;
  readonly type: string;
}

function cached<T>({ cache, table, type }: CacheKey<T>, make: () => T | undefined): T | undefined {
  const known = cache.get(table) ?? new Map<string, T>();
  cache.set(table, known);
  const found = known.get(type) ?? make();
  if (found !== undefined) known.set(type, found);
  return found;
}
