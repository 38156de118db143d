/**
 * Refs. Keys that are known lead to a value; a key with a new variable is a loop over all that is
 * there, and the rest of the ref goes on from each.
 */
import type { Core, RefNode } from '../compile/core.ts';
import {
  type Place as DataPlace,
  baseAt,
  cursorAt,
  descend,
  extentOf,
  isMasked,
} from './data-cursor.ts';
import { emitMatch, isGround, liftTerms } from './emit-match.ts';
import { emitValues, type Emitter, newSlot } from './emitter.ts';
import { lookUpDocument } from './look-up-document.ts';
import { lookUp, member } from '../model/look-up.ts';
import { type PlaceEval, loopOver } from './loop-over.ts';
import type { Place } from '../model/rego-error.ts';
import type { RuleNode } from './rule-node.ts';
import type { Eval, Match, RunBody, VirtualDocument } from './state.ts';
import type { Value } from '../model/value.ts';

type EmitTerm = (emitter: Emitter, node: Core) => Eval;

/** Where a ref begins, and how much of its path that takes. */
interface Start {
  readonly from: PlaceEval;
  readonly taken: number;
  /** Rules may lie below it still. */
  readonly isCursor: boolean;
}

/** Emits a ref; loops are added to the body before. */
export function emitRef(emitter: Emitter, node: RefNode, emitTerm: EmitTerm): Eval {
  const start = emitStart(emitter, node, emitTerm);
  let from = start.from;
  let index = start.taken;
  while (index < node.path.length) {
    const names = start.isCursor ? [] : namesFrom(node.path, index);
    if (names.length > 0) {
      from = emitNames(from as Eval, names);
      index += names.length;
      continue;
    }
    from = emitKey(emitter, node, { from, key: node.path[index] as Core, emitTerm, start });
    index += 1;
  }
  if (!start.isCursor) return from as Eval;
  return (state, frame) => extentOf(state, from(state, frame));
}

function emitStart(emitter: Emitter, node: RefNode, emitTerm: EmitTerm): Start {
  if (node.head.kind === 'data') return emitDataStart(emitter, node, emitTerm);
  if (node.head.kind === 'input') {
    return { from: (state) => state.input, taken: 0, isCursor: false };
  }
  return { from: emitTerm(emitter, node.head), taken: 0, isCursor: false };
}

function emitDataStart(emitter: Emitter, ref: RefNode, emitTerm: EmitTerm): Start {
  let node: RuleNode = emitter.policy.root;
  const names = namesFrom(ref.path, 0);
  for (const [index, name] of names.entries()) {
    const child = node.children.get(name);
    if (child === undefined) {
      return { from: (state) => baseAt(state.data, names), taken: names.length, isCursor: false };
    }
    if (child.document) {
      const keys = emitKeys(emitter, ref.path.slice(index + 1), { of: child.document, emitTerm });
      const from = emitDocument(child.document, keys, ref.at);
      return { from, taken: index + 1 + keys.length, isCursor: false };
    }
    node = child;
  }
  const last = node;
  return { from: (state) => cursorAt(state, last), taken: names.length, isCursor: true };
}

/** The keys by which a document is looked up: the first ones of a path that are known. */
function emitKeys(
  emitter: Emitter,
  path: readonly Core[],
  { of, emitTerm }: { readonly of: VirtualDocument; readonly emitTerm: EmitTerm },
): readonly Eval[] {
  const keys: Eval[] = [];
  for (const key of path.slice(0, of.byKey?.depth ?? 0)) {
    liftTerms(emitter, key, emitTerm);
    if (!isGround(emitter, key)) break;
    keys.push(emitTerm(emitter, key));
  }
  return keys;
}

function emitDocument(document: VirtualDocument, keys: readonly Eval[], at: Place): Eval {
  const { path, byKey } = document;
  if (byKey === undefined || keys.length === 0) {
    return (state) => (isMasked(state, path) ? baseAt(state.data, path) : state.document(document));
  }
  const looked = { document, byKey, at };
  const keysOf = emitValues(keys);
  return (state, frame) => {
    const names = keysOf(state, frame);
    if (names === undefined) return undefined;
    if (!isMasked(state, path)) return lookUpDocument(state, names, looked);
    return names.reduce(lookUp, baseAt(state.data, path));
  };
}

/** The names that stand in a path from a point on. */
function namesFrom(path: readonly Core[], start: number): readonly string[] {
  const names: string[] = [];
  for (const key of path.slice(start)) {
    if (key.kind !== 'const' || typeof key.value !== 'string') break;
    names.push(key.value);
  }
  return names;
}

function emitNames(from: Eval, names: readonly string[]): Eval {
  const [only] = names;
  if (only !== undefined && names.length === 1) {
    return (state, frame) => member(from(state, frame), only);
  }
  return (state, frame) => {
    let value = from(state, frame);
    for (let index = 0; index < names.length; index += 1) {
      if (value === undefined) return undefined;
      value = member(value, names[index] as string);
    }
    return value;
  };
}

interface Step {
  readonly from: PlaceEval;
  readonly key: Core;
  readonly emitTerm: EmitTerm;
  readonly start: Start;
}

function emitKey(emitter: Emitter, node: RefNode, step: Step): PlaceEval {
  const { from, key } = step;
  liftTerms(emitter, key, step.emitTerm);
  if (!isGround(emitter, key)) return emitLoop(emitter, node.at, step);
  const keyOf = step.emitTerm(emitter, key);
  if (step.start.isCursor) {
    return (state, frame) => {
      const name = keyOf(state, frame);
      return name === undefined ? undefined : descend(state, from(state, frame), name);
    };
  }
  return (state, frame) => {
    const name = keyOf(state, frame);
    return name === undefined ? undefined : lookUp((from as Eval)(state, frame), name);
  };
}

function emitLoop(emitter: Emitter, at: Place, { from, key, emitTerm }: Step): PlaceEval {
  const value = newSlot(emitter);
  const isPlain = key.kind === 'local';
  const slots = { key: isPlain ? key.local.slot : newSlot(emitter), value };
  if (isPlain) emitter.bound.add(key.local);
  const match = isPlain ? undefined : emitMatch(emitter, key, emitTerm);
  emitter.ops.push({
    kind: 'loop',
    wrap: (next) => {
      const each = match ? matchKey(match, slots.key, next) : next;
      return loopOver({ from, slots, at }, each);
    },
  });
  return (_, frame) => frame[value] as DataPlace;
}

function matchKey(match: Match, slot: number, next: RunBody): RunBody {
  return (state, frame) => match(frame[slot] as Value, state, frame) && next(state, frame);
}
