/**
 * A small notation for protobuf messages in their JSON form, so that a table of data says what a
 * body may hold. A message is `field type, field type, …`; `field=spelling` where the .proto's
 * spelling is not the field's in snake_case. A type is `string`, `bytes`, `bool`,
 * `int32`, `int64`, `double`, `time`, `json` (any JSON), `refused` (known, but not kept here), or
 * the name of a message or enum of the table; `[]` makes it a list, `{}` a map by string keys.
 * Then may follow `!` (required), `^` (output only: ignored in input) and `@group` (at most one of
 * a group is set). An enum is its names in the order of their numbers; `A=B` is an alias, `-` an
 * unused number.
 */
import type { JsonObject } from '../domain/json.ts';

/** The messages and enums of an API version, by name, in the notation above. */
export interface MessageTable {
  readonly messages: Readonly<Record<string, string>>;
  readonly enums: Readonly<Record<string, string>>;
  /** What the notation cannot say: a rule per message tells what is wrong with it, else nothing. */
  readonly rules?: Readonly<Record<string, (message: JsonObject) => string | undefined>>;
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
const fieldCache = new WeakMap<MessageTable, Map<string, MessageFields>>();
const enumCache = new WeakMap<MessageTable, Map<string, EnumNames>>();

/** The fields of a message of the table; undefined where the table has no such message. */
export function messageFields(table: MessageTable, type: string): MessageFields | undefined {
  return cached({ cache: fieldCache, table, type }, () => {
    const text = Object.hasOwn(table.messages, type) ? table.messages[type] : undefined;
    return text === undefined ? undefined : parseMessage(text);
  });
}

/** The names of an enum of the table; undefined where the table has no such enum. */
export function enumNames(table: MessageTable, type: string): EnumNames | undefined {
  return cached({ cache: enumCache, table, type }, () => {
    const text = Object.hasOwn(table.enums, type) ? table.enums[type] : undefined;
    return text === undefined ? undefined : parseEnum(text);
  });
}

function parseMessage(text: string): MessageFields {
  const fields = text.split(',').map((part) => part.trim().replaceAll(/\s+/g, ' '));
  return new Map(fields.filter((part) => part !== '').flatMap(parseField));
}

function parseField(text: string): (readonly [string, MessageField])[] {
  const [, name = '', alias, type = '', brackets, mark, group] = FIELD.exec(text) ?? [];
  if (name === '') throw new TypeError(`message table: cannot read the field "${text}"`);
  const shape = brackets === '[]' ? 'list' : brackets === '{}' ? 'map' : 'one';
  const marks = { required: mark === '!', output: mark === '^', ...(group && { group }) };
  const field: MessageField = { name, type, shape, ...marks };
  return [...new Set([name, alias ?? snakeCase(name)])].map((spelling) => [spelling, field]);
}

/** The .proto spelling of a JSON name; in-toto's `_type` is `type` there. */
function snakeCase(name: string): string {
  if (name.startsWith('_')) return name.slice(1);
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function parseEnum(text: string): EnumNames {
  const numbers = text
    .trim()
    .split(/\s+/)
    .map((entry) => entry.split('='));
  const byNumber = numbers.map(([name]) => (name === '-' ? undefined : name));
  const aliases = numbers.flatMap((names, number) =>
    names.map((name) => [name, byNumber[number]] as const),
  );
  const known = aliases.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  return { byName: new Map(known), byNumber };
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
