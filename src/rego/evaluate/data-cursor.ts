/**
 * The tree of `data` where rules and base documents lie over each other: a cursor stands at a place
 * that is no rule's document yet, and knows both. Rules win over base documents.
 */
import type { RuleNode } from './rule-node.ts';
import type { State } from './state.ts';
import { lookUp, member } from '../model/look-up.ts';
import {
  type ObjectValue,
  type Value,
  compareValues,
  isObjectValue,
  plainObject,
  makeObject,
  sortedKeys,
  sortedPairs,
  valueAt,
} from '../model/value.ts';

/** A place in the tree with the base document there. */
export class DataCursor {
  readonly node: RuleNode;
  readonly base: Value | undefined;

  constructor(node: RuleNode, base: Value | undefined) {
    this.node = node;
    this.base = base;
  }
}

/** A value, or a place whose value is made when it is needed whole. */
export type Place = Value | DataCursor;

/** The base document at a path. */
export function baseAt(data: ObjectValue, path: readonly string[]): Value | undefined {
  let value: Value | undefined = data;
  for (const key of path) {
    value = member(value, key);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Tells whether `with` replaced a place, or one above it. */
export function isMasked(state: State, path: readonly string[]): boolean {
  return (
    state.masks !== undefined &&
    state.masks.some(
      (mask) => mask.length <= path.length && mask.every((key, index) => key === path[index]),
    )
  );
}

/** The place of a node. */
export function cursorAt(state: State, node: RuleNode): Place | undefined {
  const base = baseAt(state.data, node.path);
  return isMasked(state, node.path) ? base : new DataCursor(node, base);
}

/** What a key leads to. */
export function descend(state: State, place: Place | undefined, key: Value): Place | undefined {
  if (!(place instanceof DataCursor)) return lookUp(place, key);
  const base = lookUp(place.base, key);
  const child = typeof key === 'string' ? place.node.children.get(key) : undefined;
  if (child === undefined || isMasked(state, child.path)) return base;
  if (child.document) return state.document(child.document);
  return child.children.size === 0 && child.function ? undefined : new DataCursor(child, base);
}

/** The keys at a place, those of packages and of base documents, in Rego's order. */
export function cursorKeys(cursor: DataCursor): readonly Value[] {
  const names = new Set<Value>(cursor.node.children.keys());
  if (isObjectValue(cursor.base)) for (const key of sortedKeys(cursor.base)) names.add(key);
  return [...names].sort(compareValues);
}

/** The whole value of a place: where a base document and a rule's meet, the base's stands. */
export function extentOf(state: State, place: Place | undefined): Value | undefined {
  if (!(place instanceof DataCursor)) return place;
  const pairs: (readonly [string, Value])[] = [];
  for (const key of place.node.children.keys()) {
    const value = extentOf(state, descend(state, place, key));
    if (value !== undefined) pairs.push([key, value]);
  }
  const made = plainObject(pairs);
  return isObjectValue(place.base) ? merge(place.base, made) : made;
}

function merge(base: ObjectValue, made: ObjectValue): Value {
  const pairs = sortedPairs(made).map(([key, value]): readonly [Value, Value] => {
    const known = valueAt(base, key);
    if (known === undefined) return [key, value];
    return [key, isObjectValue(known) && isObjectValue(value) ? merge(known, value) : known];
  });
  return makeObject([...sortedPairs(base), ...pairs]);
}
