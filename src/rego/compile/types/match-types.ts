/**
 * Matching terms with types: what can never be equal is an error, and a variable of which nothing
 * is known yet gets its type here.
 */
import type { Core } from '../core.ts';
import { isSameKey } from '../literal-vars.ts';
import { RegoSet, isArrayValue, isObjectValue, sortedPairs } from '../../model/value.ts';
import type { Value } from '../../model/value.ts';
import {
  ANY,
  type AnyType,
  type ArrayType,
  type ObjectType,
  type RegoType,
  UNKNOWN,
  hasUnknown,
  isAny,
  unionOf,
} from './rego-type.ts';
import { selectType, typeOfValue } from './select-type.ts';
import { type TypeContext, typeOfTerm } from './type-of-term.ts';
import { unifies } from './unify-types.ts';

/** Tells whether two terms may be equal. */
export function matchTerms(context: TypeContext, left: Core, right: Core): boolean {
  const [a, b] = [typeOfTerm(context, left), typeOfTerm(context, right)];
  const [isOpenLeft, isOpenRight] = [hasUnknown(a), hasUnknown(b)];
  if (isOpenLeft && !isOpenRight) return matchType(context, left, b);
  if (isOpenRight && !isOpenLeft) return matchType(context, right, a);
  if (!isOpenLeft) return unifies(a, b);
  return matchOpen(context, left, right);
}

/** Both sides have variables without types: their parts are matched one by one. */
function matchOpen(context: TypeContext, left: Core, right: Core): boolean {
  if (left.kind === 'array' && right.kind === 'array') {
    if (left.items.length !== right.items.length) return false;
    return left.items.every((item, index) => matchTerms(context, item, right.items[index] as Core));
  }
  if (left.kind === 'object' && right.kind === 'object') {
    return left.entries.every(([key, value]) => {
      const other = right.entries.find(([each]) => isSameKey(key, each));
      return other === undefined || matchTerms(context, value, other[1]);
    });
  }
  if (left.kind === 'local') return matchLocal(context, left, right);
  if (right.kind === 'local') return matchLocal(context, right, left);
  return true;
}

/** A variable without a type is what the other side is, whose variables may be anything. */
function matchLocal(context: TypeContext, node: Core & { kind: 'local' }, other: Core): boolean {
  matchType(context, other, ANY);
  return matchType(context, node, typeOfTerm(context, other));
}

/** How a type is matched: `isUnion` where it is one of several that a variable may be of. */
interface Matching extends TypeContext {
  readonly isUnion?: boolean;
}

/** Tells whether a term may be of a type. */
export function matchType(context: Matching, node: Core, type: RegoType): boolean {
  if (type.kind === 'unknown') return true;
  switch (node.kind) {
    case 'const':
      return matchConstant(context, node.value, type);
    case 'local':
      return matchVariable(context, node, type);
    case 'array':
    case 'object':
    case 'set':
      return type.kind === 'any' ? matchAny(context, node, type) : matchParts(context, node, type);
    default:
      return unifies(typeOfTerm(context, node), type);
  }
}

/** A collection is matched by its parts: an object may lack keys that the type knows. */
function matchConstant(context: Matching, value: Value, type: RegoType): boolean {
  const parts = partsOfValue(value);
  return parts ? matchType(context, parts, type) : unifies(typeOfValue(value), type);
}

function partsOfValue(value: Value): Core | undefined {
  if (value instanceof RegoSet) return { kind: 'set', items: value.values.map(constant) };
  if (isArrayValue(value)) return { kind: 'array', items: value.map(constant) };
  if (!isObjectValue(value)) return undefined;
  const entries = sortedPairs(value).map(
    ([key, member]) => [constant(key), constant(member)] as const,
  );
  return { kind: 'object', entries };
}

function constant(value: Value): Core {
  return { kind: 'const', value };
}

function matchVariable(
  { scope, isUnion }: Matching,
  { local }: Core & { kind: 'local' },
  type: RegoType,
): boolean {
  const known = scope.get(local);
  if (isUnion) scope.set(local, unionOf(known, type));
  else if (known.kind === 'unknown') scope.set(local, type);
  else return unifies(known, type);
  return true;
}

function matchAny(context: Matching, node: Core, type: AnyType): boolean {
  const inner = { ...context, isUnion: true };
  if (isAny(type)) {
    for (const part of partsOf(node)) matchType(inner, part, ANY);
    return true;
  }
  return type.of.map((each) => matchType(inner, node, each)).includes(true);
}

function partsOf(node: Core): readonly Core[] {
  if (node.kind === 'array' || node.kind === 'set') return node.items;
  return node.kind === 'object' ? node.entries.flat() : [];
}

function matchParts(context: Matching, node: Core, type: RegoType): boolean {
  if (node.kind === 'array' && type.kind === 'array') return matchItems(context, node, type);
  if (node.kind === 'object' && type.kind === 'object') return matchMembers(context, node, type);
  if (node.kind !== 'set' || type.kind !== 'set') return false;
  return node.items.every((item) => matchType(context, item, type.of));
}

function matchItems(
  context: Matching,
  node: Core & { kind: 'array' | 'set' },
  { items, rest }: ArrayType,
): boolean {
  if (node.items.length !== items.length && rest === undefined) return false;
  return node.items.every((item, index) =>
    matchType(context, item, items[index] ?? rest ?? UNKNOWN),
  );
}

function matchMembers(
  context: Matching,
  { entries }: Core & { kind: 'object' },
  type: ObjectType,
): boolean {
  if (entries.length !== type.fixed.length && type.rest === undefined) return false;
  return entries.every(([key, value]) => {
    const wanted = key.kind === 'const' ? selectType(type, key.value) : ANY;
    return wanted !== undefined && matchType(context, value, wanted);
  });
}
