/** The types of a value's parts: at one key, and of all keys and members. */
import { RegoSet, compareValues, isObjectValue, sortedPairs, typeOf } from '../../model/value.ts';
import type { Value } from '../../model/value.ts';
import {
  ANY,
  type FixedMember,
  NUMBER,
  type ObjectType,
  type RegoType,
  type ScalarName,
  UNKNOWN,
  anyOf,
  arrayType,
  compareTypes,
  isAny,
  objectType,
  setType,
  unionOf,
} from './rego-type.ts';

/** The type of a value that stands in a source. */
export function typeOfValue(value: Value): RegoType {
  if (Array.isArray(value)) {
    const items = value.map((item: Value) => typeOfValue(item));
    return items.length === 0 ? arrayType([], ANY) : arrayType(items);
  }
  if (value instanceof RegoSet) {
    return setType(value.size === 0 ? ANY : anyOf(value.values.map(typeOfValue)));
  }
  if (!isObjectValue(value)) return { kind: typeOf(value) as ScalarName };
  const members = sortedPairs(value).map(([key, member]) => ({ key, value: typeOfValue(member) }));
  return members.length === 0 ? objectType([], { key: ANY, value: ANY }) : objectType(members);
}

/** The type of what stands at a key; undefined where nothing can stand there. */
export function selectType(type: RegoType, key: Value): RegoType | undefined {
  switch (type.kind) {
    case 'unknown':
      return UNKNOWN;
    case 'array':
      return isIndex(key) ? (type.items[key] ?? type.rest) : undefined;
    case 'object':
      return selectMember(type, key);
    case 'set':
      return admits(type.of, typeOfValue(key)) ? typeOfValue(key) : undefined;
    case 'any':
      return isAny(type) ? ANY : unionOfFound(type.of.map((each) => selectType(each, key)));
    default:
      return undefined;
  }
}

function selectMember({ fixed, rest }: ObjectType, key: Value): RegoType | undefined {
  const found = findMember(fixed, key);
  if (found) return found.value;
  return rest && admits(rest.key, typeOfValue(key)) ? rest.value : undefined;
}

/** The member at a key; they stand in Rego's order. */
function findMember(fixed: readonly FixedMember[], key: Value): FixedMember | undefined {
  let [low, high] = [0, fixed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const member = fixed[middle] as FixedMember;
    const order = compareValues(member.key, key);
    if (order === 0) return member;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

/** Whether a key of a type may be one of those that there are. */
function admits(wanted: RegoType, type: RegoType): boolean {
  if (wanted.kind === 'unknown' || isAny(wanted)) return true;
  const members = wanted.kind === 'any' ? wanted.of : [wanted];
  // A key that is a collection is told apart by its kind: nothing is refused on a guess.
  return members.some(
    (each) => each.kind === type.kind || each.kind === 'any' || compareTypes(each, type) === 0,
  );
}

function unionOfFound(types: readonly (RegoType | undefined)[]): RegoType | undefined {
  const found = types.filter((type) => type !== undefined);
  return found.length === 0 ? undefined : found.reduce(unionOf);
}

/** The type of a value's keys; undefined for what has none. A set's keys are its members. */
export function keysOfType(type: RegoType): RegoType | undefined {
  switch (type.kind) {
    case 'unknown':
      return UNKNOWN;
    case 'array':
      return NUMBER;
    case 'object': {
      const fixed = type.fixed.map(({ key }) => typeOfValue(key));
      return anyOf(type.rest ? [...fixed, type.rest.key] : fixed);
    }
    case 'set':
      return type.of;
    case 'any':
      return isAny(type) ? ANY : unionOfFound(type.of.map(keysOfType));
    default:
      return undefined;
  }
}

/** The type of a value's members; undefined for what has none. */
export function valuesOfType(type: RegoType): RegoType | undefined {
  switch (type.kind) {
    case 'unknown':
      return UNKNOWN;
    case 'array':
      return anyOf(type.rest ? [...type.items, type.rest] : type.items);
    case 'object': {
      const fixed = type.fixed.map(({ value }) => value);
      return anyOf(type.rest ? [...fixed, type.rest.value] : fixed);
    }
    case 'set':
      return type.of;
    case 'any':
      return isAny(type) ? ANY : unionOfFound(type.of.map(valuesOfType));
    default:
      return undefined;
  }
}

function isIndex(key: Value): key is number {
  return typeof key === 'number' && Number.isInteger(key) && key >= 0;
}
