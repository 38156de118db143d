/**
 * Reads the JSON documents of an image so strictly that no other reader can see something else in
 * them: container runtimes match field names without regard to case and take the last duplicate.
 */
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { jsonShape } from '../domain/json-shape.ts';

/** A JSON object with the words that name it in errors, e.g. `manifest layers[3]`. */
export interface Section {
  readonly where: string;
  readonly value: JsonObject;
}

/** Most bytes of a manifest, index or image config: 4 MiB. */
export const DOCUMENT_BYTES = 4 * 1024 * 1024;

/** Parses a document of at most {@link DOCUMENT_BYTES}; refuses anything but one strict object. */
export function parseDocument(bytes: Uint8Array, where: string): Section {
  if (bytes.length > DOCUMENT_BYTES) {
    throw new AssayError(
      'too-large',
      `${where} has ${bytes.length} bytes; at most ${DOCUMENT_BYTES} are read`,
    );
  }
  const text = decodeText(bytes, where);
  const value = parseText(text, where);
  if (!isJsonObject(value)) throw wrongField(where, value, 'a JSON object');
  const duplicate = jsonShape(text).duplicateKey;
  if (duplicate !== undefined) {
    throw invalid(`${where} has the key ${quote(duplicate)} twice in one object; write it once`);
  }
  return { where, value };
}

/** Refuses a key that differs from a known one in case only: runtimes would take it for that. */
export function refuseLookAlikes(section: Section, known: readonly string[]): void {
  const folded = new Map(known.map((key) => [foldCase(key), key]));
  for (const key of Object.keys(section.value)) {
    const meant = folded.get(foldCase(key));
    if (meant === undefined || meant === key) continue;
    throw invalid(`${section.where} has the key ${quote(key)}; write ${quote(meant)}`);
  }
}

/** A text field; refuses another type, and its absence. */
export function readText(section: Section, key: string): string {
  const text = readOptionalText(section, key);
  if (text !== undefined) return text;
  throw wrongField(`${section.where}.${key}`, undefined, 'a text');
}

/** A text field that may be absent or null. */
export function readOptionalText(section: Section, key: string): string | undefined {
  const value = section.value[key] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongField(`${section.where}.${key}`, value, 'a text');
}

/** An object field that may be absent or null. */
export function readSection(section: Section, key: string): Section | undefined {
  const value = section.value[key] ?? undefined;
  const where = `${section.where}.${key}`;
  if (value === undefined) return undefined;
  if (!isJsonObject(value)) throw wrongField(where, value, 'an object');
  return { where, value };
}

/** An array field of at most `cap` items; absent or null counts as `undefined`. */
export function readItems(section: Section, key: string, cap: number): readonly Json[] | undefined {
  const value = section.value[key] ?? undefined;
  const where = `${section.where}.${key}`;
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongField(where, value, 'an array');
  if (value.length <= cap) return value as readonly Json[];
  throw new AssayError('too-large', `${where} has ${value.length} items; at most ${cap} are read`);
}

/** An array field of objects, each with its place; absent or null counts as empty. */
export function readSections(section: Section, key: string, cap: number): Section[] {
  return (readItems(section, key, cap) ?? []).map((value, index) => {
    const where = `${section.where}.${key}[${index}]`;
    if (!isJsonObject(value)) throw wrongField(where, value, 'an object');
    return { where, value };
  });
}

/** An array field of texts; absent or null counts as empty. */
export function readTexts(section: Section, key: string, cap: number): string[] {
  return (readItems(section, key, cap) ?? []).map((value, index) => {
    if (typeof value === 'string') return value;
    throw wrongField(`${section.where}.${key}[${index}]`, value, 'a text');
  });
}

/** An object field whose values are all texts, e.g. labels; absent or null counts as empty. */
export function readTextMap(section: Section, key: string): Readonly<Record<string, string>> {
  const map = readSection(section, key);
  if (map === undefined) return {};
  return Object.fromEntries(Object.keys(map.value).map((name) => [name, readText(map, name)]));
}

/** The error for a field that is not what it must be. */
export function wrongField(where: string, found: unknown, wanted: string): AssayError {
  return invalid(`${where} is ${describe(found)}; it must be ${wanted}`);
}

/** An `invalid-image` error with this message. */
export function invalid(message: string, cause?: unknown): AssayError {
  return new AssayError('invalid-image', message, { cause });
}

function describe(found: unknown): string {
  if (found === undefined) return 'missing';
  if (Array.isArray(found)) return 'an array';
  if (isJsonObject(found)) return 'an object';
  return quote(found);
}

function quote(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 120);
}

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(`${where} is not UTF-8 text; it must be JSON`, cause);
  }
}

function parseText(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`${where} is not JSON: ${cause instanceof Error ? cause.message : ''}`, cause);
  }
}

/** Upper then lower: U+017F and U+212A fold to `s` and `k`, as Go's encoding/json folds them. */
function foldCase(key: string): string {
  return key.toUpperCase().toLowerCase();
}
