/**
 * Typed access to the fields of a record that came from outside: each reader names the full path of
 * the field, what was found and what is wanted, and keeps a cap.
 */
import { AssayError } from '../../domain/error.ts';
import type { JsonObject } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Micros } from '../../domain/time.ts';
import { parseTime } from '../../domain/time.ts';

/** A value with the path that leads to it, e.g. `affected[0].package.name`. */
export interface Field {
  readonly path: string;
  readonly value: unknown;
}

/** The error for a field: record id where known, path, what was found, what is wanted. */
export function fieldError(field: Field, wanted: string): AssayError {
  const found = field.value === undefined ? 'missing' : describe(field.value);
  return new AssayError(
    'invalid-advisory',
    `field ${field.path} is ${found}; ${wanted} is wanted`,
    {
      details: { field: field.path },
    },
  );
}

/** A field below another; only an error needs its path, so it is put together when asked for. */
class NestedField implements Field {
  readonly value: unknown;
  readonly #parent: Field;
  readonly #key: string | number;

  constructor(parent: Field, key: string | number, value: unknown) {
    this.value = value;
    this.#parent = parent;
    this.#key = key;
  }

  get path(): string {
    const before = this.#parent.path;
    if (typeof this.#key === 'number') return `${before}[${this.#key}]`;
    return before === '' ? this.#key : `${before}.${this.#key}`;
  }
}

/** The member of an object's field. */
export function member(parent: Field, name: string): Field {
  const value = isJsonObject(parent.value) ? parent.value[name] : undefined;
  return new NestedField(parent, name, value);
}

/** A JSON object, or an error. */
export function readObject(field: Field): JsonObject {
  if (isJsonObject(field.value)) return field.value;
  throw fieldError(field, 'an object');
}

/** A text of 1 to `cap` characters, or an error. */
export function readText(field: Field, cap: number): string {
  const { value } = field;
  if (isText(value, cap)) return value;
  throw fieldError(field, `a text of 1 to ${cap} characters`);
}

function isText(value: unknown, cap: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= cap;
}

/** A list's elements as fields; none where it is missing or null; an error beyond `cap`. */
export function readList(field: Field, cap: number): readonly Field[] {
  return readArray(field, cap).map((value, index) => new NestedField(field, index, value));
}

/** A list of at most `cap` texts, each as {@link readText} reads it up to `textCap`. */
export function readTexts(field: Field, cap: number, textCap: number): readonly string[] {
  const list = readArray(field, cap);
  const wrong = list.findIndex((value) => !isText(value, textCap));
  if (wrong !== -1) readText(new NestedField(field, wrong, list[wrong]), textCap);
  // Each was looked at.
  return list as readonly string[];
}

function readArray(field: Field, cap: number): readonly unknown[] {
  const { value } = field;
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.length <= cap) return value;
  throw fieldError(field, `a list of at most ${cap} elements`);
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * An RFC 3339 time, or an error. A bare date, which some exporters write, is its midnight in UTC;
 * times before 1970 (Go's "no time") are read as 1970.
 */
export function readTime(field: Field): Micros {
  const text = readText(field, 64);
  try {
    return Math.max(
      0,
      parseTime(text.length === 10 && DATE.test(text) ? `${text}T00:00:00Z` : text),
    );
  } catch (cause) {
    const error = fieldError(field, 'an RFC 3339 time such as 2026-11-20T17:19:14Z');
    throw new AssayError(error.code, error.message, { cause, details: error.details });
  }
}

/** A time where the field is there; undefined where it is missing or null. */
export function readOptionalTime(field: Field): Micros | undefined {
  return field.value === undefined || field.value === null ? undefined : readTime(field);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  return (JSON.stringify(value) ?? typeof value).slice(0, 100);
}
