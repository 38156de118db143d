/**
 * Reads a JSON body as a message of a {@link MessageTable}: proto3's JSON mapping with what
 * Google's clients make of it (camelCase or snake_case, enums by name or number, both base64
 * alphabets), and stricter than the mapping: unknown fields, a field given twice and missing
 * required ones are refused by name. The result is canonical: camelCase, defaults left out, int64
 * as text, bytes in standard base64, times with six digits.
 */
import { decodeBase64, encodeBase64 } from '../domain/base64.ts';
import { AssayError, type ErrorCode, isAssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { formatTime, parseTime } from '../domain/time.ts';
import { enumNames, messageFields, ruleOf } from './message-table.ts';
import type { EnumNames, MessageField, MessageFields, MessageTable } from './message-table.ts';

/** Where a value stands in a body: field names, map keys and list positions. */
export type FieldPath = readonly (string | number)[];

/** How to read a body. */
export interface ReadOptions {
  readonly table: MessageTable;
  /** The message's name in the table. */
  readonly type: string;
  /** What to call the body in errors, e.g. `note`, or its place in a larger one. */
  readonly root: string | FieldPath;
  /** The code of errors; `invalid-argument` where absent. */
  readonly code?: ErrorCode;
  /** Leave out the check of required fields, as for a patch. */
  readonly partial?: boolean;
}

const MAX_JSON_DEPTH = 64;
const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;

/** Reads a body as a message; refuses what the table does not know, naming the field. */
export function readMessage(value: unknown, options: ReadOptions): JsonObject {
  return readObject({ options, type: options.type, path: [options.root].flat() }, value) ?? {};
}

/** Makes the error for a value at a path: what was found there and what is wanted. */
export function fieldError(path: FieldPath, problem: string, code?: ErrorCode): AssayError {
  const message = `${formatPath(path)} ${problem}`;
  return new AssayError(code ?? 'invalid-argument', message, {
    details: { path: path.map(String) },
  });
}

/** Runs a reader of the domain over the value at a path, so that its error names the path. */
export function readAt<T>(path: FieldPath, read: () => T, code?: ErrorCode): T {
  try {
    return read();
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    const details = { ...cause.details, path: path.map(String) };
    const message = `${formatPath(path)}: ${cause.message}`;
    throw new AssayError(code ?? cause.code, message, { cause, details });
  }
}

/** Prints a path as `note.vulnerability.details[0].fixedVersion` or `rules["a.b"]`. */
export function formatPath(path: FieldPath): string {
  return path.map((part, index) => formatStep(part, index === 0)).join('');
}

/** A value as shown in an error: its JSON, cut. */
export function show(value: unknown): string {
  const text = printed(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function printed(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a deeply nested value';
  }
}

interface Place {
  readonly options: ReadOptions;
  readonly type: string;
  readonly path: FieldPath;
}

function formatStep(part: string | number, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`;
  if (!/^[\w-]{1,64}$/.test(part)) return `[${show(part)}]`;
  return first ? part : `.${part}`;
}

function refuse(place: Place, problem: string): AssayError {
  return fieldError(place.path, problem, place.options.code);
}

function readObject(place: Place, value: unknown): JsonObject | undefined {
  const fields = messageFields(place.options.table, place.type);
  if (fields === undefined) throw new TypeError(`message table: no message ${place.type}`);
  if (!isJsonObject(value)) throw refuse(place, `is ${show(value)}; want an object`);
  const members = Object.entries(value).flatMap(([key, item]) =>
    readMember(place, findField(place, fields, key), { key, item }),
  );
  checkGiven(place, fields, members);
  const message: JsonObject = Object.fromEntries(members);
  const { partial, table } = place.options;
  const rule = partial === true ? undefined : ruleOf(table, place.type);
  const problem = rule?.(message);
  if (problem !== undefined) throw refuse(place, problem);
  return message;
}

function findField(place: Place, fields: MessageFields, key: string): MessageField {
  const field = fields.get(key);
  if (field !== undefined) return field;
  const near = [...fields.values()].find((one) => one.name.toLowerCase() === key.toLowerCase());
  const known = [...new Set([...fields.values()].map((one) => one.name))].join(', ');
  const hint = near ? `did you mean ${near.name}?` : `known are ${known || 'none'}`;
  throw refuse({ ...place, path: [...place.path, key] }, `is an unknown field; ${hint}`);
}

type Member = readonly [string, Json];

function readMember(
  place: Place,
  field: MessageField,
  given: { key: string; item: unknown },
): Member[] {
  const at = { ...place, type: field.type, path: [...place.path, given.key] };
  if (given.item === null || given.item === undefined || field.output) return [];
  if (field.type === 'refused') {
    const reason = place.options.table.refusals?.[field.name];
    return refuseUnlessEmpty(at, given.item, reason);
  }
  const value = readShape(at, field, given.item);
  return value === undefined ? [] : [[field.name, value]];
}

/** A field that is known but has no place here must be empty, or it would be lost silently. */
function refuseUnlessEmpty(
  place: Place,
  value: unknown,
  reason = 'is not kept by this release; leave it out',
): Member[] {
  const empty = value === '' || ['{}', '[]'].includes(JSON.stringify(value));
  if (empty) return [];
  throw refuse(place, reason);
}

/** Refuses fields given twice (in two spellings), several of a oneof, and missing required ones. */
function checkGiven(place: Place, fields: MessageFields, members: readonly Member[]): void {
  const groups = new Map<string, string>();
  const given = new Set<string>();
  for (const [name] of members) {
    if (given.has(name)) throw refuse({ ...place, path: [...place.path, name] }, 'is given twice');
    given.add(name);
    const group = fields.get(name)?.group;
    const other = group === undefined ? undefined : groups.get(group);
    if (other !== undefined) throw refuse(place, `has both ${other} and ${name}; give one of them`);
    if (group !== undefined) groups.set(group, name);
  }
  if (place.options.partial !== true) checkRequired(place, fields, given);
}

function checkRequired(place: Place, fields: MessageFields, given: ReadonlySet<string>): void {
  for (const { name, required, type } of fields.values()) {
    if (!required || given.has(name)) continue;
    const names = enumNames(place.options.table, type);
    const wanted = names === undefined ? '' : `; want ${listNames(names)}`;
    throw refuse({ ...place, path: [...place.path, name] }, `is missing: it is required${wanted}`);
  }
}

function readShape(place: Place, field: MessageField, value: unknown): Json | undefined {
  if (field.shape === 'list') return readList(place, value);
  return field.shape === 'map' ? readMap(place, value) : readOne(place, value);
}

function readList(place: Place, value: unknown): Json | undefined {
  if (!Array.isArray(value)) throw refuse(place, `is ${show(value)}; want a list`);
  const items = value.map((item, index) =>
    readItem({ ...place, path: [...place.path, index] }, item),
  );
  return items.length === 0 ? undefined : items;
}

function readMap(place: Place, value: unknown): Json | undefined {
  if (!isJsonObject(value)) throw refuse(place, `is ${show(value)}; want an object`);
  const entries = Object.entries(value).map(
    ([key, item]) => [key, readItem({ ...place, path: [...place.path, key] }, item)] as const,
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** An element of a list or map: here a default is a value, and null is not. */
function readItem(place: Place, value: unknown): Json {
  if (value === null || value === undefined) throw refuse(place, 'is null; leave it out');
  return readOne(place, value) ?? defaultOf(place);
}

function defaultOf(place: Place): Json {
  const numbers: Readonly<Record<string, Json>> = { bool: false, int32: 0, int64: '0', double: 0 };
  return numbers[place.type] ?? enumNames(place.options.table, place.type)?.byNumber[0] ?? '';
}

/** Reads one value of the place's type; undefined where it is the type's default. */
function readOne(place: Place, value: unknown): Json | undefined {
  const scalar = Object.hasOwn(SCALARS, place.type) ? SCALARS[place.type] : undefined;
  if (scalar !== undefined) return scalar(place, value) || undefined;
  if (place.type === 'json') return checkDepth(place, value as Json, 0);
  const names = enumNames(place.options.table, place.type);
  return names === undefined ? readObject(place, value) : readEnum(place, names, value);
}

const SCALARS: Readonly<Record<string, (place: Place, value: unknown) => Json>> = {
  string: readString,
  mask: readString,
  bytes: readBytes,
  bool: (place, value) => {
    if (typeof value === 'boolean') return value;
    throw refuse(place, `is ${show(value)}; want true or false`);
  },
  int32: (place, value) => {
    const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;
    const fits = Number.isInteger(number) && Math.abs(Number(number) + 0.5) < INT32;
    if (fits) return Number(number) + 0;
    throw refuse(place, `is ${show(value)}; want a whole number of 32 bits`);
  },
  int64: readInt64,
  double: (place, value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw refuse(place, `is ${show(value)}; want a number`);
  },
  time: readTime,
};

function readString(place: Place, value: unknown): string {
  if (typeof value !== 'string') throw refuse(place, `is ${show(value)}; want text`);
  if (!value.isWellFormed()) throw refuse(place, 'is not well-formed Unicode');
  return value;
}

function readBytes(place: Place, value: unknown): string {
  const text = readString(place, value);
  return reworded(place, `is ${show(text)}; want bytes in base64`, () =>
    encodeBase64(decodeBase64(text)),
  );
}

function readTime(place: Place, value: unknown): string {
  const text = readString(place, value);
  const wanted = `is ${show(text)}; want a time like 2026-11-20T17:19:14Z`;
  return reworded(place, wanted, () => formatTime(parseTime(text)));
}

function readInt64(place: Place, value: unknown): string {
  const number = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof number !== 'string' || !/^-?\d{1,19}$/.test(number)) {
    throw refuse(place, `is ${show(value)}; want a whole number of 64 bits, as text`);
  }
  const big = BigInt(number);
  if (big >= INT64 || big < -INT64) throw refuse(place, `is ${number}; want a number of 64 bits`);
  return big === 0n ? '' : String(big);
}

function readEnum(place: Place, names: EnumNames, value: unknown): Json | undefined {
  const byText = typeof value === 'string' ? names.byName.get(value) : undefined;
  const name = typeof value === 'number' ? names.byNumber[value] : byText;
  if (name === undefined) {
    throw refuse(place, `is ${show(value)}; want ${listNames(names)}`);
  }
  return name === names.byNumber[0] ? undefined : name;
}

/** The names that mean something: the first is always "unspecified". */
function listNames(names: EnumNames): string {
  const known = names.byNumber.slice(1).filter((name) => name !== undefined);
  const shown = known.slice(0, 16).join(', ');
  return known.length > 16 ? `one of ${shown} …` : shown.replace(/, ([^,]+)$/, ' or $1');
}

function checkDepth(place: Place, value: Json, depth: number): Json {
  if (depth > MAX_JSON_DEPTH) throw refuse(place, `is nested deeper than ${MAX_JSON_DEPTH} levels`);
  if (typeof value !== 'object' || value === null) return value;
  for (const item of Object.values(value))
    if (item !== undefined) checkDepth(place, item, depth + 1);
  return value;
}

function reworded<T>(place: Place, problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isAssayError(error)) throw refuse(place, problem);
    throw error;
  }
}
