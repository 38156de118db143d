/**
 * The types of rules by their places below `data`. A rule's type is put in once its own rules are:
 * a rule that reads it finds it there. Base documents are not known, so that everything may stand
 * where no rule does.
 */
import {
  ANY,
  type ObjectType,
  type RegoType,
  STRING,
  UNKNOWN,
  objectType,
  setType,
  unionOf,
} from './rego-type.ts';

/** A place below `data`. */
export interface TypeNode {
  readonly children: Map<string, TypeNode>;
  /** Of the rules at this place; undefined where there are none. */
  type: RegoType | undefined;
}

/** A place without rules. */
export function typeNode(): TypeNode {
  return { children: new Map(), type: undefined };
}

/** Puts the type of one more rule at a place; objects on the way to it get the member too. */
export function insertType(root: TypeNode, path: readonly string[], type: RegoType): void {
  let node = root;
  for (const [index, key] of path.entries()) {
    const child = node.children.get(key) ?? typeNode();
    node.children.set(key, child);
    node = child;
    const below = path.slice(index + 1);
    if (node.type?.kind === 'object' && below.length > 0) {
      node.type = withMember(node.type, below, type);
    }
  }
  node.type = mergeTypes(node.type ?? UNKNOWN, type);
  if (type.kind === 'object') addLeaves(node);
}

/** A rule that is in error may be anything, so that what reads it is not refused as well. */
export function forgetType(root: TypeNode, path: readonly string[]): void {
  insertType(root, path, ANY);
}

/** An object that may have a member more, at some depth. */
function withMember(object: ObjectType, path: readonly string[], type: RegoType): ObjectType {
  const [, ...below] = path;
  const value = below.length === 0 ? type : withMember(objectType([]), below, type);
  const { fixed, rest } = object;
  return objectType(fixed, {
    key: rest ? unionOf(rest.key, STRING) : STRING,
    value: rest ? unionOf(rest.value, value) : value,
  });
}

/** Rules below the place of an object are its members. */
function addLeaves(node: TypeNode): void {
  for (const [path, type] of leavesOf(node, [])) {
    if (node.type?.kind === 'object') node.type = withMember(node.type, path, type);
  }
}

function leavesOf(
  node: TypeNode,
  path: readonly string[],
): readonly (readonly [readonly string[], RegoType])[] {
  return [...node.children].flatMap(([key, child]) =>
    child.type ? [[[...path, key], child.type] as const] : leavesOf(child, [...path, key]),
  );
}

/** The type of what two rules of one place give: sets and open objects are one. */
function mergeTypes(a: RegoType, b: RegoType): RegoType {
  if (a.kind === 'set' && b.kind === 'set') return setType(unionOf(a.of, b.of));
  const isOpen = a.kind === 'object' && b.kind === 'object' && isFree(a) && isFree(b);
  if (!isOpen || !a.rest || !b.rest) return unionOf(a, b);
  const key = unionOf(a.rest.key, b.rest.key);
  return objectType([], { key, value: mergeTypes(a.rest.value, b.rest.value) });
}

function isFree({ fixed }: ObjectType): boolean {
  return fixed.length === 0;
}

/** The type of all that stands at a place: an object of the rules below it, and more. */
export function extentOf(node: TypeNode): RegoType {
  if (node.type) return node.type;
  const fixed = [...node.children].map(([key, child]) => ({ key, value: extentOf(child) }));
  return objectType(fixed, { key: STRING, value: ANY });
}
