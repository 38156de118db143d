/**
 * Which variables a literal needs, and to which it gives a value: what ordering for safety, and its
 * errors, are made of. Variables of closures (comprehensions, `every`) count apart.
 */
import type { Core, Literal, Local } from './core.ts';

/** Variables that have a value. */
export type Bound = ReadonlySet<Local>;

/** Calls a function for each variable outside of closures. */
export function visitLocals(node: Core, visit: (local: Local) => void): void {
  switch (node.kind) {
    case 'local':
      visit(node.local);
      return;
    case 'ref':
      visitLocals(node.head, visit);
      for (const key of node.path) visitLocals(key, visit);
      return;
    case 'array':
    case 'set':
      for (const item of node.items) visitLocals(item, visit);
      return;
    case 'object':
      for (const [key, value] of node.entries) {
        visitLocals(key, visit);
        visitLocals(value, visit);
      }
      return;
    default:
      return;
  }
}

const NONE: readonly Core[] = [];

function valuesOfWith(literal: Literal): readonly Core[] {
  return literal.with.flatMap(({ value }) => (value.kind === 'term' ? [value.term] : []));
}

/** The terms of a literal itself, not of its closures' bodies. */
export function termsOf(literal: Literal): readonly Core[] {
  const modifiers = literal.with.length === 0 ? NONE : valuesOfWith(literal);
  switch (literal.kind) {
    case 'unify':
      return [literal.left, literal.right, ...modifiers];
    case 'truth':
      return [literal.term, ...modifiers];
    case 'call':
      return literal.out
        ? [...literal.args, literal.out, ...modifiers]
        : [...literal.args, ...modifiers];
    case 'not':
      return [...literal.before, ...literal.body].flatMap(termsOf);
    case 'every':
      return [literal.domain, ...modifiers];
  }
}

/** A body that is a closure of a literal, with what is read at its end. */
export interface Closure {
  readonly body: readonly Literal[];
  readonly tail: readonly Core[];
  /** Variables that the closure gives a value before its body. */
  readonly own: readonly Local[];
}

/** The closures in a literal, the outermost only. */
export function closuresOf(literal: Literal): readonly Closure[] {
  const found: Closure[] = [];
  const take = (closure: Closure): void => void found.push(closure);
  for (const node of termsOf(literal)) visitClosures(node, take);
  if (literal.kind === 'every') {
    const own = literal.key ? [literal.key, literal.value] : [literal.value];
    take({ body: literal.body, tail: [], own });
  }
  return found;
}

function visitClosures(node: Core, visit: (closure: Closure) => void): void {
  switch (node.kind) {
    case 'comprehension':
      visit({ body: node.body, tail: node.key ? [node.key, node.value] : [node.value], own: [] });
      return;
    case 'template':
      visitEach(
        node.parts.filter((part) => typeof part !== 'string'),
        visit,
      );
      return;
    case 'ref':
      visitClosures(node.head, visit);
      visitEach(node.path, visit);
      return;
    case 'array':
    case 'set':
      visitEach(node.items, visit);
      return;
    case 'object':
      for (const entry of node.entries) visitEach(entry, visit);
      return;
    default:
      return;
  }
}

function visitEach(nodes: readonly Core[], visit: (closure: Closure) => void): void {
  for (const node of nodes) visitClosures(node, visit);
}

/** All variables in a closure, those of closures in it too. */
export function closureLocals(closure: Closure, into: Set<Local>): void {
  for (const node of closure.tail) addAll(node, into);
  for (const literal of closure.body) {
    for (const node of termsOf(literal)) addAll(node, into);
    if (literal.kind !== 'every') continue;
    const inner = { body: literal.body, tail: [], own: [] };
    closureLocals(inner, into);
  }
  for (const local of closure.own) into.delete(local);
}

function addAll(node: Core, into: Set<Local>): void {
  visitLocals(node, (local) => into.add(local));
  visitClosures(node, (closure) => closureLocals(closure, into));
}

/** The variables that a literal gives a value once those in `bound` have theirs. */
export function outputsOf(literal: Literal, bound: Bound): Set<Local> {
  const outputs = new Set<Local>();
  if (literal.kind === 'not' || literal.kind === 'every') return outputs;
  const terms = termsOf(literal);
  for (let before = -1; before !== outputs.size;) {
    before = outputs.size;
    for (const node of terms) addRefOutputs(node, bound, outputs);
    addOwnOutputs(literal, bound, outputs);
  }
  for (const local of outputs) if (bound.has(local)) outputs.delete(local);
  return outputs;
}

function addOwnOutputs(literal: Literal, bound: Bound, outputs: Set<Local>): void {
  if (literal.kind === 'unify' && !literal.isTest) {
    unifyOutputs([literal.left, literal.right], bound, outputs);
  }
  if (literal.kind === 'call' && literal.out) addPattern(literal.out, outputs);
}

/** A ref whose head has a value gives its keys theirs. */
function addRefOutputs(node: Core, bound: Bound, outputs: Set<Local>): void {
  switch (node.kind) {
    case 'ref':
      if (!isKnown(node.head, bound, outputs)) return;
      addRefOutputs(node.head, bound, outputs);
      for (const key of node.path) {
        addPattern(key, outputs);
        addRefOutputs(key, bound, outputs);
      }
      return;
    case 'array':
    case 'set':
      for (const item of node.items) addRefOutputs(item, bound, outputs);
      return;
    case 'object':
      for (const entry of node.entries) {
        for (const item of entry) addRefOutputs(item, bound, outputs);
      }
      return;
    default:
      return;
  }
}

function isKnown(node: Core, bound: Bound, outputs: Bound): boolean {
  let known = true;
  visitLocals(node, (local) => {
    known &&= bound.has(local) || outputs.has(local);
  });
  return known;
}

/** The variables of a pattern: those of arrays, and of objects' values. */
function addPattern(node: Core, outputs: Set<Local>): void {
  if (node.kind === 'local') outputs.add(node.local);
  if (node.kind === 'array') for (const item of node.items) addPattern(item, outputs);
  if (node.kind === 'object') for (const [, value] of node.entries) addPattern(value, outputs);
}

function unifyOutputs(
  [left, right]: readonly [Core, Core],
  bound: Bound,
  outputs: Set<Local>,
): void {
  if (isKnown(right, bound, outputs)) addPattern(left, outputs);
  if (isKnown(left, bound, outputs)) addPattern(right, outputs);
  for (const pair of pairsOf(left, right)) unifyOutputs(pair, bound, outputs);
}

/** The parts of two patterns of one shape that must be equal each; none where shapes differ. */
export function pairsOf(left: Core, right: Core): readonly (readonly [Core, Core])[] {
  if (left.kind === 'array' || right.kind === 'array') {
    const [items, others] = [itemsOf(left), itemsOf(right)];
    if (items === undefined || items.length !== others?.length) return [];
    return items.map((item, index) => [item, others[index] as Core]);
  }
  if (left.kind !== 'object' || right.kind !== 'object') return [];
  return left.entries.flatMap(([key, value]) => {
    const other = right.entries.find(([each]) => isSameKey(key, each));
    return other ? [[value, other[1]] as const] : [];
  });
}

function itemsOf(node: Core): readonly Core[] | undefined {
  if (node.kind === 'array') return node.items;
  if (node.kind !== 'const' || !Array.isArray(node.value)) return undefined;
  return node.value.map((value) => ({ kind: 'const', value }));
}

/** Tells whether two keys of objects are one constant or one variable. */
export function isSameKey(a: Core, b: Core): boolean {
  if (a.kind === 'const' && b.kind === 'const') return a.value === b.value;
  return a.kind === 'local' && b.kind === 'local' && a.local === b.local;
}
