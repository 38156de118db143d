/**
 * Reading fields of JSON that somebody else wrote: each reader says which field is wrong, what was
 * found there and what is wanted, and caps what it takes.
 */
import { AssayError } from '../domain/error.ts';
import { type JsonObject, isJsonObject } from '../domain/json.ts';

/** Reads an object; refuses anything else, also nothing, with `invalid-argument`. */
export function readObject(value: unknown, field: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw wrongField(field, value, 'an object');
}

/** Reads an object that may be left out or null. */
export function readOptionalObject(value: unknown, field: string): JsonObject | undefined {
  return value === undefined || value === null ? undefined : readObject(value, field);
}

/** Reads a list of at most `max` items that may be left out or null. */
export function readList(value: unknown, field: string, max: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongField(field, value, 'a list');
  if (value.length <= max) return value;
  throw wrongField(field, value, `at most ${max} items`);
}

/** Reads a text of at most `max` characters; undefined where it is left out or null. */
export function readText(value: unknown, field: string, max: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongField(field, value, 'a text');
  if (value.length <= max) return value;
  throw wrongField(field, value, `at most ${max} characters`);
}

/** The error for a field: its path, what is there in a word or two, and what is wanted. */
export function wrongField(field: string, value: unknown, wanted: string): AssayError {
  const message = `${field} is ${describe(value)}; wanted is ${wanted}`;
  return new AssayError('invalid-argument', message, { details: { field } });
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') {
    return value.length > 80 ? `a text of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
