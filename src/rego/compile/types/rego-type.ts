/**
 * The static types of Rego, as OPA infers and prints them. A type says which values a term may
 * have; `unknown` is a term of which nothing is known yet, and never the reason of an error.
 */
import { compareValues, formatValue } from '../../model/value.ts';
import type { Value } from '../../model/value.ts';

/** A type of one value that has no parts. */
export type ScalarName = 'null' | 'boolean' | 'number' | 'string';

/** What a term may be. */
export type RegoType =
  | { readonly kind: ScalarName | 'unknown' }
  | ArrayType
  | ObjectType
  | SetType
  | AnyType
  | FunctionType;

/** An array: some items of known types, then any number of a type. */
export interface ArrayType {
  readonly kind: 'array';
  readonly size: number;
  readonly items: readonly RegoType[];
  readonly rest: RegoType | undefined;
}

/** A key that an object has. */
export interface FixedMember {
  readonly key: Value;
  readonly value: RegoType;
}

/** Any number of members of two types. */
export interface OpenMembers {
  readonly key: RegoType;
  readonly value: RegoType;
}

/** An object: keys that it has, in Rego's order, and others that it may have. */
export interface ObjectType {
  readonly kind: 'object';
  readonly size: number;
  readonly fixed: readonly FixedMember[];
  readonly rest: OpenMembers | undefined;
}

/** A set of a type. */
export interface SetType {
  readonly kind: 'set';
  readonly size: number;
  readonly of: RegoType;
}

/** One of several types in `compareTypes`' order; anything at all where there are none. */
export interface AnyType {
  readonly kind: 'any';
  readonly size: number;
  readonly of: readonly RegoType[];
}

/** A function; without a result it only holds or not (`print`). */
export interface FunctionType {
  readonly kind: 'function';
  readonly args: readonly RegoType[];
  readonly result: RegoType;
}

/** Anything. */
export const ANY: AnyType = { kind: 'any', size: 1, of: [] };
/** Nothing is known. */
export const UNKNOWN: RegoType = { kind: 'unknown' };
/** A string. */
export const STRING: RegoType = { kind: 'string' };
/** A number. */
export const NUMBER: RegoType = { kind: 'number' };

/**
 * Largest type, in types within it: a larger one forgets its parts. Types of rules are made of
 * those of other rules, so that a few lines could double a type again and again.
 */
const MAX_TYPE_SIZE = 2000;

function sizeOf(type: RegoType): number {
  return 'size' in type ? type.size : 1;
}

function sizeOfAll(types: readonly RegoType[]): number {
  let size = 1;
  for (const type of types) size += sizeOf(type);
  return size;
}

/** An array type. */
export function arrayType(items: readonly RegoType[], rest?: RegoType): ArrayType {
  const size = sizeOfAll(rest ? [...items, rest] : items);
  if (size > MAX_TYPE_SIZE) return { kind: 'array', size: 2, items: [], rest: ANY };
  return { kind: 'array', size, items, rest };
}

/** A set type. */
export function setType(of: RegoType): SetType {
  const size = sizeOf(of) + 1;
  return size > MAX_TYPE_SIZE ? setType(ANY) : { kind: 'set', size, of };
}

/** An object type; of two members with one key the last stands. */
export function objectType(fixed: readonly FixedMember[], rest?: OpenMembers): ObjectType {
  const parts = fixed.map(({ value }) => value);
  const size = sizeOfAll(rest ? [...parts, rest.key, rest.value] : parts);
  if (size > MAX_TYPE_SIZE) return objectType([], { key: ANY, value: ANY });
  const sorted = [...fixed].sort((a, b) => compareValues(a.key, b.key));
  const members = sorted.filter((member, index) => {
    const next = sorted[index + 1];
    return next === undefined || compareValues(member.key, next.key) !== 0;
  });
  return { kind: 'object', size, fixed: members, rest };
}

/** Tells whether a type says nothing at all. */
export function isAny(type: RegoType): boolean {
  return type.kind === 'any' && type.of.length === 0;
}

/** The type of what is of one type or of another. */
export function unionOf(a: RegoType, b: RegoType): RegoType {
  if (a === b || b.kind === 'unknown') return a;
  if (a.kind === 'unknown') return b;
  if (a.kind === 'function' || b.kind === 'function') return unionOfFunctions(a, b);
  return anyOf([a, b]);
}

/** A type that is one of several, which are no functions; unknown ones say nothing. */
export function anyOf(types: readonly RegoType[]): RegoType {
  if (types.some(isAny)) return ANY;
  const all = types
    .filter(({ kind }) => kind !== 'unknown')
    .flatMap((type) => (type.kind === 'any' ? type.of : [type]))
    .sort(compareTypes);
  const members = all.filter((type, index) => {
    const before = all[index - 1];
    return before === undefined || compareTypes(before, type) !== 0;
  });
  const [first = UNKNOWN] = members;
  if (members.length < 2) return first;
  const size = sizeOfAll(members);
  return size > MAX_TYPE_SIZE ? ANY : { kind: 'any', size, of: members };
}

/** Functions of one name take what any of their definitions takes. */
function unionOfFunctions(a: RegoType, b: RegoType): RegoType {
  const isPair = a.kind === 'function' && b.kind === 'function';
  if (!isPair || a.args.length !== b.args.length) return ANY;
  const args = a.args.map((arg, index) => unionOf(arg, b.args[index] ?? UNKNOWN));
  return { kind: 'function', args, result: unionOf(a.result, b.result) };
}

/** Tells whether something within a type is not known. */
export function hasUnknown(type: RegoType): boolean {
  switch (type.kind) {
    case 'unknown':
      return true;
    case 'array':
      return type.items.some(hasUnknown) || (type.rest !== undefined && hasUnknown(type.rest));
    case 'object':
      return type.fixed.some(({ value }) => hasUnknown(value)) || hasUnknownRest(type);
    case 'set':
      return hasUnknown(type.of);
    case 'function':
      return type.args.some(hasUnknown) || hasUnknown(type.result);
    default:
      return false;
  }
}

function hasUnknownRest({ rest }: ObjectType): boolean {
  return rest !== undefined && (hasUnknown(rest.key) || hasUnknown(rest.value));
}

const ORDER: readonly RegoType['kind'][] = [
  'unknown',
  'null',
  'boolean',
  'number',
  'string',
  'array',
  'object',
  'set',
  'any',
  'function',
];

/** The order of types in a union, which is the order that messages name them in. */
export function compareTypes(a: RegoType, b: RegoType): number {
  if (a === b) return 0;
  if (a.kind !== b.kind) return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
  const [left, right] = [partsOf(a), partsOf(b)];
  return compareParts(left, right);
}

/** A part of a type: a type, a key, or how many follow. */
type Part = { readonly type: RegoType } | { readonly key: Value };

/** What two types of one kind are compared by, one after the other. */
function partsOf(type: RegoType): readonly Part[] {
  switch (type.kind) {
    case 'array':
      return [type.rest ?? UNKNOWN, ...type.items].map(partOf);
    case 'object':
      return partsOfObject(type);
    case 'set':
      return [partOf(type.of)];
    case 'any':
      return type.of.map(partOf);
    case 'function':
      return [...type.args, type.result].map(partOf);
    default:
      return [];
  }
}

function partOf(type: RegoType): Part {
  return { type };
}

function partsOfObject({ fixed, rest }: ObjectType): readonly Part[] {
  const open = [rest?.key ?? UNKNOWN, rest?.value ?? UNKNOWN].map(partOf);
  return [...open, ...fixed.flatMap(({ key, value }) => [{ key }, partOf(value)])];
}

function compareParts(left: readonly Part[], right: readonly Part[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function comparePart(a: Part, b: Part): number {
  if ('type' in a && 'type' in b) return compareTypes(a.type, b.type);
  return 'key' in a && 'key' in b ? compareValues(a.key, b.key) : 0;
}

/** Longest text of a type in a message. */
const MAX_TYPE_TEXT = 1000;

/** Prints a type as OPA does; a very long one is cut. */
export function formatType(type: RegoType): string {
  const text = typeText(type);
  return text.length <= MAX_TYPE_TEXT ? text : `${text.slice(0, MAX_TYPE_TEXT)}…`;
}

function typeText(type: RegoType): string {
  switch (type.kind) {
    case 'unknown':
      return '???';
    case 'array':
      return `array${listText(type.items)}${type.rest ? `[${typeText(type.rest)}]` : ''}`;
    case 'object':
      return `object${membersText(type)}${restText(type)}`;
    case 'set':
      return `set[${typeText(type.of)}]`;
    case 'any':
      return `any${listText(type.of)}`;
    case 'function':
      return `(${type.args.map(typeText).join(', ')}) => ${typeText(type.result)}`;
    default:
      return type.kind;
  }
}

function listText(types: readonly RegoType[]): string {
  return types.length === 0 ? '' : `<${types.map(typeText).join(', ')}>`;
}

function membersText({ fixed }: ObjectType): string {
  if (fixed.length === 0) return '';
  const texts = fixed.map(({ key, value }) => `${keyText(key)}: ${typeText(value)}`);
  return `<${texts.join(', ')}>`;
}

function restText({ rest }: ObjectType): string {
  return rest ? `[${typeText(rest.key)}: ${typeText(rest.value)}]` : '';
}

function keyText(key: Value): string {
  return typeof key === 'string' ? key : formatValue(key);
}
