/** JSON of a file that an image's author wrote: any shape is possible, none is trusted. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';

/** The object that the bytes are; the reason in words where they are none. */
export function readJsonObject(
  bytes: Uint8Array,
): { readonly value: JsonObject } | { readonly reason: string } {
  const read = readJson(new TextDecoder().decode(bytes));
  if ('reason' in read) return read;
  return isJsonObject(read.value) ? { value: read.value } : { reason: 'it is no JSON object' };
}

/** The JSON value that a text is; the reason in words where it is none. */
export function readJson(text: string): { readonly value: Json } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { reason: 'it is no JSON' };
  }
}

/** An own field that is a text of 1 to `most` characters, else undefined. */
export function textField(object: JsonObject, key: string, most = 1024): string | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return typeof value === 'string' && value !== '' && value.length <= most ? value : undefined;
}

/** An own field that is an object, else undefined. */
export function objectField(object: JsonObject, key: string): JsonObject | undefined {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(value) ? value : undefined;
}

/** The objects of an own field that is a list; empty where it is none. */
export function objectList(object: JsonObject, key: string): readonly JsonObject[] {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
