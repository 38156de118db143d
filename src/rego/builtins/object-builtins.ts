/** Objects: looked up, joined, cut down. */
import { operandFailure } from '../model/builtin.ts';
import type { Builtin, OperandType } from '../model/builtin.ts';
import { lookUp } from '../model/look-up.ts';
import {
  RegoSet,
  equalValues,
  isArrayValue,
  isObjectValue,
  makeObject,
  sortedKeys,
  sortedPairs,
  typeOf,
  valueAt,
} from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { countWork } from '../model/value-work.ts';
import { membersOf } from './operands.ts';

const KEYS: OperandType = ['object', 'set', 'array'];

/** Of one collection within another. */
const STEPS_PER_LOOK = 15;

/** The builtins of `object.`. */
export const objectBuiltins: readonly Builtin[] = [
  {
    name: 'object.get',
    args: ['object', 'any', 'any'],
    result: 'any',
    call: ([object, key, fallback]) => {
      const path = isArrayValue(key) ? key : [key as Value];
      const found = valueAtPath(object as Value, path);
      return found === undefined ? fallback : found;
    },
  },
  {
    name: 'object.keys',
    args: ['object'],
    result: 'set',
    call: ([object]) => RegoSet.of(sortedKeys(object as ObjectValue)),
  },
  {
    name: 'object.union',
    args: ['object', 'object'],
    result: 'object',
    call: ([a, b]) => unite(a as Value, b as Value),
  },
  {
    name: 'object.union_n',
    args: ['array'],
    result: 'object',
    call: ([list]) => uniteAll(list as Value),
  },
  {
    name: 'object.remove',
    args: ['object', KEYS],
    result: 'object',
    call: ([object, keys]) => {
      const removed = keySet(keys);
      return keep(object as ObjectValue, (key) => !removed.has(key));
    },
  },
  {
    name: 'object.filter',
    args: ['object', KEYS],
    result: 'object',
    call: ([object, keys]) => {
      const kept = keySet(keys);
      return keep(object as ObjectValue, (key) => kept.has(key));
    },
  },
  {
    name: 'object.subset',
    args: [
      ['object', 'set', 'array'],
      ['object', 'set', 'array'],
    ],
    result: 'boolean',
    call: ([whole, part]) => isSubset(whole as Value, part as Value),
  },
];

/** What stands at a path of keys, through objects, arrays and sets; undefined where it ends. */
function valueAtPath(value: Value, path: readonly Value[]): Value | undefined {
  return path.reduce<Value | undefined>((found, key) => lookUp(found, key), value);
}

/** Right wins; objects are united member by member. */
function unite(a: Value, b: Value): Value {
  if (!isObjectValue(a) || !isObjectValue(b)) return b;
  const added = sortedPairs(b).map(([key, value]): readonly [Value, Value] => {
    const old = valueAt(a, key);
    return [key, old === undefined ? value : unite(old, value)];
  });
  return makeObject([...sortedPairs(a), ...added]);
}

function uniteAll(list: Value): Value {
  const objects = membersOf(list);
  const wrong = objects.find((item) => !isObjectValue(item));
  if (wrong === undefined) return objects.reduce(unite, {});
  throw operandFailure(1, `must be array of objects but got array containing ${typeOf(wrong)}`);
}

function keySet(keys: Value | undefined): RegoSet {
  if (keys instanceof RegoSet) return keys;
  return RegoSet.of(isArrayValue(keys) ? keys : sortedKeys(keys as ObjectValue));
}

function keep(object: ObjectValue, isKept: (key: Value) => boolean): ObjectValue {
  return makeObject(sortedPairs(object).filter(([key]) => isKept(key)));
}

function isSubset(whole: Value, part: Value): boolean {
  countWork(STEPS_PER_LOOK);
  if (isArrayValue(whole)) return isPartOfArray(whole, part);
  if (whole instanceof RegoSet && part instanceof RegoSet) {
    return part.values.every((member) => whole.has(member));
  }
  if (isObjectValue(whole) && isObjectValue(part)) return isPartOfObject(whole, part);
  throw operandFailure(1, 'and 2 must both be objects, sets or arrays, or an array and a set');
}

function isPartOfObject(whole: ObjectValue, part: ObjectValue): boolean {
  return sortedPairs(part).every(([key, wanted]) => {
    const found = valueAt(whole, key);
    return (
      found !== undefined &&
      (canHold(found, wanted) ? isSubset(found, wanted) : equalValues(found, wanted))
    );
  });
}

function canHold(whole: Value, part: Value): boolean {
  const type = typeOf(whole);
  return type === typeOf(part) && (type === 'object' || type === 'set' || type === 'array');
}

/** An array holds a set when each member is in it, an array when it stands in it in one piece. */
function isPartOfArray(whole: readonly Value[], part: Value): boolean {
  if (part instanceof RegoSet) {
    const members = RegoSet.of(whole);
    return part.values.every((member) => members.has(member));
  }
  if (!isArrayValue(part)) {
    throw operandFailure(1, 'and 2 must both be objects, sets or arrays, or an array and a set');
  }
  if (part.length === 0) return true;
  return whole.some((_, start) => {
    countWork(1);
    return part.every((item, index) => startsAt(whole[start + index], item));
  });
}

function startsAt(found: Value | undefined, wanted: Value): boolean {
  countWork(1);
  return found !== undefined && equalValues(found, wanted);
}
