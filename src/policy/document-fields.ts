/**
 * Reading fields of a policy document strictly: a key that is not known might have been meant to
 * demand something, so that it is refused. Errors name the place within the document.
 */
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';

/** A value and where it stands; the first step says what the document is, for messages. */
export interface Field {
  readonly value: unknown;
  readonly path: readonly string[];
}

const MAX_TEXT = 1024 * 1024;
const MAX_ITEMS = 1000;

/** Refuses a field, saying what was wanted. */
export function refuseField({ path }: Field, problem: string): never {
  const place = path.slice(1).join('.') || path[0];
  throw new AssayError('invalid-policy', `${place} ${problem}`, { details: { path: [...path] } });
}

/** An object that has no other keys than these. */
export function readObject(field: Field, keys: readonly string[]): JsonObject {
  const object = readMap(field);
  const unknown = Object.keys(object).find((key) => !keys.includes(key));
  if (unknown === undefined) return object;
  const shown = JSON.stringify(unknown.slice(0, 80));
  return refuseField(field, `has the key ${shown}; known are ${keys.join(', ')}`);
}

/** An object of whatever keys. */
export function readMap(field: Field): JsonObject {
  const { value } = field;
  return isJsonObject(value as Json) ? (value as JsonObject) : refuseField(field, 'is no object');
}

/** The field of an object. */
export function fieldOf(object: JsonObject, key: string, { path }: Field): Field {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return { value, path: [...path, key] };
}

/** The items of an array of at most a thousand; absent: none. */
export function readItems(field: Field): readonly Field[] {
  const { value, path } = field;
  if (value === undefined) return [];
  if (!Array.isArray(value)) return refuseField(field, 'is no list');
  if (value.length > MAX_ITEMS) refuseField(field, `has ${value.length} items; at most 1000`);
  return value.map((item: unknown, index) => ({ value: item, path: [...path, String(index)] }));
}

/** A text that says something. */
export function readText(field: Field): string {
  const { value } = field;
  if (typeof value !== 'string' || value === '') return refuseField(field, 'is no text');
  if (value.length > MAX_TEXT) refuseField(field, `is longer than ${MAX_TEXT} characters`);
  return value;
}

/** A text where there is one. */
export function readOptionalText(field: Field): string | undefined {
  return field.value === undefined ? undefined : readText(field);
}

/** One of some words; absent: the first. */
export function readWord<Word extends string>(
  field: Field,
  words: readonly [Word, ...Word[]],
): Word {
  const found = field.value === undefined ? words[0] : words.find((one) => one === field.value);
  return found ?? refuseField(field, `is none of ${words.join(', ')}`);
}

/** Texts by key; absent: undefined. */
export function readTexts(field: Field): Readonly<Record<string, string>> | undefined {
  if (field.value === undefined) return undefined;
  const map = readMap(field);
  const entries = Object.keys(map).map((key) => [key, readText(fieldOf(map, key, field))] as const);
  return Object.fromEntries(entries);
}
