/** JSON of a file that an image's author wrote: any shape is possible, none is trusted. */
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';

/** The object that the bytes are; the reason in words where they are none. */
export function readJsonObject(
  bytes: Uint8Array,
): { readonly value: JsonObject } | { readonly reason: string } {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    return isJsonObject(value) ? { value } : { reason: 'it is no JSON object' };
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
