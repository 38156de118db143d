/**
 * Rego's values. What JSON can say stays as JSON.parse made it, so that a review of a megabyte is
 * judged without being copied: arrays are arrays, and objects whose keys are all strings are plain
 * objects. Sets, and objects with other keys, have classes of their own. Values never change.
 */
import { Decimal, compareNumbers, formatRegoNumber, isRegoNumber } from './number.ts';
import type { RegoNumber } from './number.ts';
import { STEPS_PER_PART, countMembers, countText, countWork } from './value-work.ts';

/** Any value of Rego. */
export type Value =
  | null
  | boolean
  | RegoNumber
  | string
  | readonly Value[]
  | PlainObject
  | KeyedObject
  | RegoSet;

/** An object all of whose keys are strings. */
export interface PlainObject {
  readonly [key: string]: Value;
}

/** Any object. */
export type ObjectValue = PlainObject | KeyedObject;

/** The names that `type_name` and error messages use. */
export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set';

/** What tells values apart in a JavaScript Map: a primitive, or a text that begins with NUL. */
export type ValueKey = null | boolean | number | bigint | string;

/** Estimated bytes of a member of a set or an object, beside the value itself. */
const BYTES_PER_ENTRY = 72;
/** So many units of texts are compared in one step where only equality is asked. */
const LONG_TEXT = 512;
/** Steps that comparing 256 units of two texts takes. */
const STEPS_PER_PAGE = 8;

/** A set: no value twice, read in Rego's order. */
export class RegoSet {
  readonly #members: ReadonlyMap<ValueKey, Value>;
  #sorted: readonly Value[] | undefined;

  private constructor(members: ReadonlyMap<ValueKey, Value>) {
    this.#members = members;
  }

  /** The set of some values. */
  static of(values: Iterable<Value>): RegoSet {
    const members = new Map<ValueKey, Value>();
    for (const value of values) members.set(keyOf(value), value);
    countMembers(members.size, BYTES_PER_ENTRY);
    return new RegoSet(members);
  }

  /** The set of values that a Map holds under their keys (`keyOf`); the Map is not copied. */
  static keyed(members: ReadonlyMap<ValueKey, Value>): RegoSet {
    return new RegoSet(members);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Tells whether a value is a member. */
  has(value: Value): boolean {
    return this.#members.has(keyOf(value));
  }

  /** The members in Rego's order. */
  get values(): readonly Value[] {
    this.#sorted ??= [...this.#members.values()].sort(compareValues);
    return this.#sorted;
  }

  /** The members in no order, where none is needed. */
  unordered(): Iterable<Value> {
    return this.#members.values();
  }
}

/** An object with at least one key that is no string; made by `makeObject` only. */
export class KeyedObject {
  readonly #entries: ReadonlyMap<ValueKey, readonly [Value, Value]>;
  #sorted: readonly Value[] | undefined;

  constructor(entries: ReadonlyMap<ValueKey, readonly [Value, Value]>) {
    this.#entries = entries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value at a key. */
  get(key: Value): Value | undefined {
    return this.#entries.get(keyOf(key))?.[1];
  }

  /** The keys in Rego's order. */
  get keys(): readonly Value[] {
    this.#sorted ??= [...this.#entries.values()].map(([key]) => key).sort(compareValues);
    return this.#sorted;
  }
}

/** An object of pairs; of two pairs with equal keys the last stands. */
export function makeObject(pairs: Iterable<readonly [Value, Value]>): ObjectValue {
  const list = [...pairs];
  countMembers(list.length, BYTES_PER_ENTRY);
  if (list.every(([key]) => typeof key === 'string')) {
    return plainObject(list as readonly (readonly [string, Value])[]);
  }
  const entries = new Map<ValueKey, readonly [Value, Value]>();
  for (const pair of list) entries.set(keyOf(pair[0]), pair);
  return new KeyedObject(entries);
}

/** An object with string keys; `__proto__` is a key like any other. */
export function plainObject(pairs: Iterable<readonly [string, Value]>): PlainObject {
  const object: Record<string, Value> = {};
  for (const [key, value] of pairs) {
    if (key !== '__proto__') object[key] = value;
    else Object.defineProperty(object, key, { value, enumerable: true, configurable: true });
  }
  return object;
}

/** Tells whether a value is an array. */
export function isArrayValue(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Tells whether a value is an object of either form. */
export function isObjectValue(value: Value | undefined): value is ObjectValue {
  return typeOf(value) === 'object';
}

/** The value at a key of an object; undefined where the key is missing. */
export function valueAt(object: ObjectValue, key: Value): Value | undefined {
  if (object instanceof KeyedObject) return object.get(key);
  return typeof key === 'string' && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object's keys in Rego's order. */
export function sortedKeys(object: ObjectValue): readonly Value[] {
  if (object instanceof KeyedObject) return object.keys;
  const keys = Object.keys(object);
  countWork(keys.length >> 1);
  return keys.length > 1 ? keys.sort(compareStrings) : keys;
}

/** An object's pairs in Rego's order. */
export function sortedPairs(object: ObjectValue): (readonly [Value, Value])[] {
  return sortedKeys(object).map((key) => [key, valueAt(object, key) as Value]);
}

/** How many members an array, object or set has, or code points a string. */
export function sizeOf(value: readonly Value[] | ObjectValue | RegoSet): number {
  if (isArrayValue(value)) return value.length;
  if (value instanceof RegoSet || value instanceof KeyedObject) return value.size;
  return keyCount(value);
}

/** How many keys large objects have: counting them takes as long as going through them. */
const SIZES = new WeakMap<object, number>();
const LARGE = 64;

function keyCount(object: PlainObject): number {
  const known = SIZES.get(object);
  if (known !== undefined) return known;
  const size = Object.keys(object).length;
  countWork(size);
  if (size > LARGE) SIZES.set(object, size);
  return size;
}

/** The type of a value; undefined for undefined. */
export function typeOf(value: Value): TypeName;
export function typeOf(value: Value | undefined): TypeName | undefined;
export function typeOf(value: Value | undefined): TypeName | undefined {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      return typeOfObject(value);
    default:
      return undefined;
  }
}

function typeOfObject(value: Value): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof RegoSet) return 'set';
  return value instanceof Decimal ? 'number' : 'object';
}

const RANKS = { null: 0, boolean: 1, number: 2, string: 3, array: 4, object: 5, set: 6 };

/** Rego's order over all values: negative, 0 or positive; 0 only for equal values. */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  countWork(1);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const [type, other] = [typeOf(a), typeOf(b)];
  if (type !== other) return RANKS[type] - RANKS[other];
  if (isRegoNumber(a)) return compareNumbers(a, b as RegoNumber);
  if (typeof a === 'boolean') return a ? 1 : -1;
  if (a instanceof RegoSet) return compareLists(a.values, (b as RegoSet).values);
  if (isArrayValue(a)) return compareLists(a, b as readonly Value[]);
  return compareLists(sortedPairs(a as ObjectValue).flat(), sortedPairs(b as ObjectValue).flat());
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const order = compareValues(a[index] as Value, b[index] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Tells whether two values are equal; cheaper than an order. */
export function equalValues(a: Value, b: Value): boolean {
  if (typeof a === 'string') return equalTexts(a, b);
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  countWork(1);
  if (isArrayValue(a)) {
    countWork(a.length >> 2);
    return (
      isArrayValue(b) && a.length === b.length && a.every((x, i) => equalValues(x, b[i] as Value))
    );
  }
  return compareValues(a, b) === 0;
}

function equalTexts(a: string, b: Value): boolean {
  if (a.length >= LONG_TEXT && typeof b === 'string' && a.length === b.length) {
    countWork(a.length / LONG_TEXT);
  }
  return a === b;
}

/** Orders strings by code points, as Go orders their UTF-8 bytes. */
export function compareStrings(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return rankOfUnit(x) - rankOfUnit(y);
    if ((index & 0xff) === 0xff) countWork(STEPS_PER_PAGE);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, although their numbers do not. */
function rankOfUnit(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** The key under which a Map holds a value: equal values have equal keys, others never. */
export function keyOf(value: Value): ValueKey {
  if (typeof value === 'string') return value.startsWith('\0') ? `\0s${value}` : value;
  if (typeof value !== 'object' || value === null) return value;
  return `\0${formatValue(value)}`;
}

/** A string in quotes. */
export function quoted(text: string): string {
  countText(text);
  return JSON.stringify(text);
}

/** Prints a value as Rego writes it: keys sorted, sets in braces, `set()` for the empty one. */
export function formatValue(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  countWork(STEPS_PER_PART);
  if (isRegoNumber(value)) return formatRegoNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isArrayValue(value)) return `[${value.map(formatValue).join(', ')}]`;
  if (value instanceof RegoSet) {
    return value.size === 0 ? 'set()' : `{${value.values.map(formatValue).join(', ')}}`;
  }
  const members = sortedPairs(value).map(
    ([key, item]) => `${formatValue(key)}: ${formatValue(item)}`,
  );
  return `{${members.join(', ')}}`;
}
