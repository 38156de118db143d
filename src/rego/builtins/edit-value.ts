/** One change at one path of a value, which leaves everything else shared with the old value. */
import { BuiltinFailure } from '../model/builtin.ts';
import {
  RegoSet,
  equalValues,
  formatValue,
  isArrayValue,
  isObjectValue,
  keyOf,
  makeObject,
  sortedPairs,
  valueAt,
} from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { countMembers } from '../model/value-work.ts';

/** What is to happen at the end of a path. */
export type Edit = 'remove' | { readonly add: Value } | { readonly replace: Value };

const BYTES_PER_MEMBER = 8;
const INDEX = /^(?:0|[1-9]\d*)$/;

/** The value with one change; throws a `BuiltinFailure` where the path leads nowhere. */
export function editAt(value: Value, path: readonly Value[], edit: Edit): Value {
  const [key, ...rest] = path;
  if (key === undefined) return wholeAfter(edit);
  if (rest.length === 0) return editMember(value, key, edit);
  const inner = editAt(memberOf(value, key), rest, edit);
  return replaceMember(value, key, inner);
}

/** The member at a key; throws a `BuiltinFailure` where there is none. */
export function memberOf(value: Value, key: Value): Value {
  const found = find(value, key);
  if (found === undefined) throw new BuiltinFailure(`path ${formatValue(key)} does not exist`);
  return found;
}

function find(value: Value, key: Value): Value | undefined {
  if (isArrayValue(value)) return value[indexOf(key)];
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  return isObjectValue(value) ? valueAt(value, key) : undefined;
}

function wholeAfter(edit: Edit): Value {
  if (edit === 'remove') throw new BuiltinFailure('the whole document cannot be removed');
  return 'add' in edit ? edit.add : edit.replace;
}

function editMember(value: Value, key: Value, edit: Edit): Value {
  if (edit !== 'remove' && 'add' in edit) return addMember(value, key, edit.add);
  memberOf(value, key);
  if (edit === 'remove') return removeMember(value, key);
  if (value instanceof RegoSet) return addMember(removeMember(value, key), key, edit.replace);
  return replaceMember(value, key, edit.replace);
}

function addMember(value: Value, key: Value, added: Value): Value {
  if (isArrayValue(value)) {
    const index = key === '-' ? value.length : indexOf(key);
    if (index > value.length) throw new BuiltinFailure(`index ${index} is beyond the array`);
    countMembers(value.length, BYTES_PER_MEMBER);
    return value.toSpliced(index, 0, added);
  }
  if (value instanceof RegoSet) {
    if (equalValues(key, added)) return RegoSet.of([...value.values, added]);
    throw new BuiltinFailure(`set key ${formatValue(key)} does not equal the value to be added`);
  }
  return makeObject([...pairsOf(value), [key, added]]);
}

function removeMember(value: Value, key: Value): Value {
  if (isArrayValue(value)) {
    countMembers(value.length, BYTES_PER_MEMBER);
    return value.toSpliced(indexOf(key), 1);
  }
  const removed = keyOf(key);
  if (value instanceof RegoSet) {
    return RegoSet.of(value.values.filter((member) => keyOf(member) !== removed));
  }
  return makeObject(pairsOf(value).filter(([other]) => keyOf(other) !== removed));
}

function replaceMember(value: Value, key: Value, fresh: Value): Value {
  if (isArrayValue(value)) {
    countMembers(value.length, BYTES_PER_MEMBER);
    return value.with(indexOf(key), fresh);
  }
  if (value instanceof RegoSet) {
    return RegoSet.of([...(removeMember(value, key) as RegoSet).values, fresh]);
  }
  return makeObject([...pairsOf(value), [key, fresh]]);
}

function pairsOf(value: Value): (readonly [Value, Value])[] {
  if (isObjectValue(value)) return sortedPairs(value as ObjectValue);
  throw new BuiltinFailure(`cannot go into ${formatValue(value)}`);
}

function indexOf(key: Value): number {
  if (typeof key === 'number' && key >= 0 && Number.isInteger(key)) return key;
  if (typeof key === 'string' && INDEX.test(key)) return Number(key);
  throw new BuiltinFailure(`${formatValue(key)} is not an index of an array`);
}
