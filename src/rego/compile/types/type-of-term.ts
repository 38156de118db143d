/** The types of terms: of what stands in the source, of variables so far, and of rules. */
import type { ComprehensionNode, Core, RefNode } from '../core.ts';
import type { Value } from '../../model/value.ts';
import {
  ANY,
  type FixedMember,
  type OpenMembers,
  type RegoType,
  STRING,
  UNKNOWN,
  anyOf,
  arrayType,
  objectType,
  setType,
} from './rego-type.ts';
import { selectType, typeOfValue, valuesOfType } from './select-type.ts';
import type { TypeScope } from './type-scope.ts';
import { type TypeNode, extentOf } from './type-tree.ts';

/** What the types of terms are found in. */
export interface TypeContext {
  readonly rules: TypeNode;
  readonly scope: TypeScope;
  /** The types of comprehensions whose bodies were looked through. */
  readonly closures: Map<ComprehensionNode, RegoType>;
}

type Readers = {
  readonly [Kind in Core['kind']]: (
    context: TypeContext,
    node: Extract<Core, { readonly kind: Kind }>,
  ) => RegoType;
};

const READERS: Readers = {
  const: (_context, { value }) => typeOfValue(value),
  local: ({ scope }, { local }) => scope.get(local),
  input: () => ANY,
  data: ({ rules }) => extentOf(rules),
  ref: typeOfRef,
  array: (context, { items }) => arrayType(typesOf(context, items)),
  set: (context, { items }) => setType(anyOf(typesOf(context, items))),
  object: (context, { entries }) => typeOfObject(context, entries),
  comprehension: ({ closures }, node) => closures.get(node) ?? UNKNOWN,
  template: () => STRING,
};

/** The type of a term; unknown where nothing is known of it. */
export function typeOfTerm(context: TypeContext, node: Core): RegoType {
  // Each reader takes the nodes that stand under its kind.
  return READERS[node.kind](context, node as never);
}

function typesOf(context: TypeContext, nodes: readonly Core[]): readonly RegoType[] {
  return nodes.map((node) => typeOfTerm(context, node));
}

function typeOfObject(context: TypeContext, entries: readonly (readonly [Core, Core])[]): RegoType {
  const fixed: FixedMember[] = [];
  let rest: OpenMembers | undefined;
  for (const [key, node] of entries) {
    const value = typeOfTerm(context, node);
    if (key.kind === 'const') fixed.push({ key: key.value, value });
    else rest = { key: rest ? ANY : typeOfTerm(context, key), value: rest ? ANY : value };
  }
  return objectType(fixed, rest);
}

function typeOfRef(context: TypeContext, { head, path }: RefNode): RegoType {
  if (head.kind !== 'data') return selectAll(typeOfTerm(context, head), path);
  let node: TypeNode = context.rules;
  for (const [index, key] of path.entries()) {
    const child = key.kind === 'const' ? childAt(node, key.value) : undefined;
    if (child === undefined) {
      return node.type ? selectAll(node.type, path.slice(index)) : ANY;
    }
    node = child;
    if (node.type && node.children.size === 0) return selectAll(node.type, path.slice(index + 1));
  }
  return extentOf(node);
}

/** The place of a rule or package below another. */
export function childAt(node: TypeNode, key: Value): TypeNode | undefined {
  return typeof key === 'string' ? node.children.get(key) : undefined;
}

/** The type of what a path leads to. */
function selectAll(type: RegoType, path: readonly Core[]): RegoType {
  let found: RegoType | undefined = type;
  for (const key of path) {
    if (found === undefined) return UNKNOWN;
    found = key.kind === 'const' ? selectType(found, key.value) : valuesOfType(found);
  }
  return found ?? UNKNOWN;
}
