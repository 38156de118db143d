/** Whether a value can be of two types at once: if not, the two terms can never be equal. */
import { type ArrayType, type ObjectType, type RegoType, isAny } from './rego-type.ts';
import { selectType } from './select-type.ts';

/** Tells whether some value is of both types; where something is unknown it may be. */
export function unifies(a: RegoType, b: RegoType): boolean {
  if (a.kind === 'unknown' || b.kind === 'unknown') return true;
  if (a.kind === 'any') return isAny(a) || a.of.some((each) => unifies(each, b));
  if (b.kind === 'any') return unifies(b, a);
  return a.kind === b.kind && unifiesParts(a, b);
}

/** Two types of one kind. */
function unifiesParts(a: RegoType, b: RegoType): boolean {
  if (a.kind === 'array' && b.kind === 'array') return unifiesArrays(a, b);
  if (a.kind === 'object' && b.kind === 'object') return unifiesObjects(a, b);
  return a.kind !== 'set' || b.kind !== 'set' || unifies(a.of, b.of);
}

function unifiesArrays(a: ArrayType, b: ArrayType): boolean {
  if (!holdsItems(a, b) || !holdsItems(b, a)) return false;
  return a.rest === undefined || b.rest === undefined || unifies(a.rest, b.rest);
}

/** Whether each known item of one array may stand in the other. */
function holdsItems(a: ArrayType, b: ArrayType): boolean {
  return a.items.every((item, index) => {
    const other = b.items[index] ?? b.rest;
    return other !== undefined && unifies(item, other);
  });
}

function unifiesObjects(a: ObjectType, b: ObjectType): boolean {
  if (!holdsMembers(a, b) || !holdsMembers(b, a)) return false;
  if (a.rest === undefined || b.rest === undefined) return true;
  return unifies(a.rest.value, b.rest.value);
}

function holdsMembers(a: ObjectType, b: ObjectType): boolean {
  return a.fixed.every(({ key, value }) => {
    const other = selectType(b, key);
    return other !== undefined && unifies(value, other);
  });
}
