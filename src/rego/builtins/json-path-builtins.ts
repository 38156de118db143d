/**
 * Parts of values by path: kept (`json.filter`), removed (`json.remove`), edited (`json.patch`,
 * RFC 6902, which Rego stretches over sets and over paths that are arrays of any values).
 */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin } from '../model/builtin.ts';
import {
  RegoSet,
  equalValues,
  isArrayValue,
  isObjectValue,
  keyOf,
  makeObject,
  sortedPairs,
  typeOf,
  valueAt,
} from '../model/value.ts';
import type { ObjectValue, Value, ValueKey } from '../model/value.ts';
import { editAt, memberOf } from './edit-value.ts';
import { countMembers, countWork } from '../model/value-work.ts';
import { membersOf } from './operands.ts';

/** The paths of one call as a tree; a leaf stands for everything below it. */
type PathTree = Map<ValueKey, PathTree>;

const LEAF: PathTree = new Map();
const BYTES_PER_MEMBER = 16;

/** `json.filter`, `json.remove` and `json.patch`. */
export const jsonPathBuiltins: readonly Builtin[] = [
  {
    name: 'json.filter',
    args: ['object', ['set', 'array']],
    result: 'object',
    call: ([object, paths]) => filter(object as Value, pathTree(paths as Value)),
  },
  {
    name: 'json.remove',
    args: ['object', ['set', 'array']],
    result: 'object',
    call: ([object, paths]) => remove(object as Value, pathTree(paths as Value)),
  },
  {
    name: 'json.patch',
    args: ['any', 'array'],
    result: 'any',
    call: ([value, patches]) => patchedOrUndefined(value as Value, patches as Value),
  },
];

function pathTree(paths: Value): PathTree {
  const root: PathTree = new Map();
  for (const path of membersOf(paths)) {
    if (typeof path !== 'string' && !isArrayValue(path)) {
      const wanted =
        'must be one of {set, array} containing string paths or array of path segments';
      throw operandFailure(2, `${wanted} but got ${typeOf(path)}`);
    }
    addPath(root, pathOf(path));
  }
  return root;
}

function addPath(root: PathTree, path: readonly Value[]): void {
  let tree = root;
  for (const [index, segment] of path.entries()) {
    const found = tree.get(keyOf(segment));
    if (found === LEAF) return;
    const next = index === path.length - 1 ? LEAF : (found ?? new Map());
    tree.set(keyOf(segment), next);
    tree = next;
  }
}

/** `/a~1b/0` and `a~1b/0` are `['a/b', '0']`; the empty text is the whole value. */
function pathOf(path: Value): readonly Value[] {
  if (isArrayValue(path)) return path;
  if (typeof path !== 'string')
    throw new BuiltinFailure(`path must be string or array, got ${typeOf(path)}`);
  if (path === '') return [];
  const segments = path.replace(/^\/+/, '').split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function filter(value: Value, tree: PathTree): Value {
  if (tree === LEAF) return value;
  countWork(1);
  if (isArrayValue(value)) {
    countWork(value.length);
    return value.flatMap((item, index) => {
      const below = atIndex(tree, index);
      return below ? [filter(item, below)] : [];
    });
  }
  if (value instanceof RegoSet) {
    return RegoSet.of(
      value.values.flatMap((member) => {
        const below = tree.get(keyOf(member));
        return below ? [filter(member, below)] : [];
      }),
    );
  }
  if (!isObjectValue(value)) return value;
  const kept = sortedPairs(value).flatMap(([key, item]): (readonly [Value, Value])[] => {
    const below = tree.get(keyOf(key));
    return below ? [[key, filter(item, below)]] : [];
  });
  return makeObject(kept);
}

function remove(value: Value, tree: PathTree): Value {
  countWork(1);
  if (isArrayValue(value)) {
    countMembers(value.length, BYTES_PER_MEMBER);
    return value.flatMap((item, index) => without(item, atIndex(tree, index)));
  }
  if (value instanceof RegoSet) {
    return RegoSet.of(value.values.flatMap((member) => without(member, tree.get(keyOf(member)))));
  }
  if (!isObjectValue(value)) return value;
  const kept = sortedPairs(value).flatMap(([key, item]) =>
    without(item, tree.get(keyOf(key))).map((rest): readonly [Value, Value] => [key, rest]),
  );
  return makeObject(kept);
}

function without(item: Value, below: PathTree | undefined): Value[] {
  if (below === LEAF) return [];
  return [below ? remove(item, below) : item];
}

/** Places in arrays are named by their digits alone, as in a path that is a text. */
function atIndex(tree: PathTree, index: number): PathTree | undefined {
  return tree.get(String(index));
}

type Operation = (document: Value, path: readonly Value[], patch: ObjectValue) => Value;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: (document, path, patch) => add(document, path, field(patch, 'value')),
  remove: (document, path) => editAt(document, path, 'remove'),
  replace: (document, path, patch) => editAt(document, path, { replace: field(patch, 'value') }),
  move: move,
  copy: (document, path, patch) =>
    add(document, path, valueAtPath(document, pathOf(field(patch, 'from')))),
  test: (document, path, patch) => {
    if (equalValues(valueAtPath(document, path), field(patch, 'value'))) return document;
    throw new BuiltinFailure('test failed: the value at the path is another');
  },
};

/** A patch that cannot be applied is undefined, also where errors of builtins are strict. */
function patchedOrUndefined(document: Value, patches: Value): Value | undefined {
  try {
    return patchAll(document, patches);
  } catch (error) {
    if (error instanceof BuiltinFailure) return undefined;
    throw error;
  }
}

function patchAll(document: Value, patches: Value): Value {
  return membersOf(patches).reduce((current, patch) => {
    if (!isObjectValue(patch)) throw operandFailure(2, 'must be an array of JSON-Patch objects');
    const operation = field(patch, 'op');
    const apply =
      typeof operation === 'string' &&
      Object.hasOwn(OPERATIONS, operation) &&
      OPERATIONS[operation];
    if (!apply) throw new BuiltinFailure(`unrecognized op ${JSON.stringify(operation)}`);
    return apply(current, pathOf(field(patch, 'path')), patch);
  }, document);
}

function field(patch: ObjectValue, name: string): Value {
  const found = valueAt(patch, name);
  if (found === undefined) throw new BuiltinFailure(`missing '${name}' attribute`);
  return found;
}

function add(document: Value, path: readonly Value[], value: Value): Value {
  return editAt(document, path, { add: value });
}

function move(document: Value, path: readonly Value[], patch: ObjectValue): Value {
  const from = pathOf(field(patch, 'from'));
  const value = valueAtPath(document, from);
  return add(editAt(document, from, 'remove'), path, value);
}

function valueAtPath(document: Value, path: readonly Value[]): Value {
  return path.reduce(memberOf, document);
}
