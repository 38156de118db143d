/**
 * Comprehensions. One that reads no variable of the body around it has one value as long as input
 * and data are the same, and is kept.
 */
import type { ComprehensionNode, Core } from '../compile/core.ts';
import { type Emitter, innerEmitter, nested, newSlot } from './emitter.ts';
import { closureLocals } from '../compile/literal-vars.ts';
import { BYTES_PER_MEMBER, bytesOfKey, stepsOfKey } from '../model/meter.ts';
import { type Place, RegoError } from '../model/rego-error.ts';
import type { Eval, RunBody, State } from './state.ts';
import {
  RegoSet,
  type Value,
  type ValueKey,
  equalValues,
  keyOf,
  makeObject,
} from '../model/value.ts';

type EmitTerm = (emitter: Emitter, node: Core) => Eval;
type ObjectEntries = Map<ValueKey, readonly [Value, Value]>;

/** Emits a comprehension. */
export function emitComprehension(
  emitter: Emitter,
  node: ComprehensionNode,
  emitTerm: EmitTerm,
): Eval {
  const slot = newSlot(emitter);
  const inner = innerEmitter(emitter);
  const run = emitter.body(inner, node.body, (own) => emitFinal(own, node, { slot, emitTerm }));
  const make = makerOf(node, slot, nested(run, node.at));
  if (readsOuter(emitter, node)) return make;
  const id = emitter.policy.newId();
  return (state, frame) => state.remember(id, () => make(state, frame));
}

function readsOuter(emitter: Emitter, node: ComprehensionNode): boolean {
  const locals = new Set<unknown>();
  const tail = node.key ? [node.key, node.value] : [node.value];
  closureLocals({ body: node.body, tail, own: [] }, locals as never);
  for (const local of emitter.bound) if (locals.has(local)) return true;
  return false;
}

function makerOf(node: ComprehensionNode, slot: number, run: RunBody): Eval {
  switch (node.of) {
    case 'array':
      return (state, frame) => {
        const values: Value[] = [];
        frame[slot] = values;
        run(state, frame);
        return values;
      };
    case 'set':
      return (state, frame) => {
        const members = new Map<ValueKey, Value>();
        frame[slot] = members;
        run(state, frame);
        return RegoSet.keyed(members);
      };
    case 'object':
      return (state, frame) => {
        const entries: ObjectEntries = new Map();
        frame[slot] = entries;
        run(state, frame);
        return makeObject(entries.values());
      };
  }
}

interface Target {
  readonly slot: number;
  readonly emitTerm: EmitTerm;
}

function emitFinal(emitter: Emitter, node: ComprehensionNode, target: Target): RunBody {
  if (node.of === 'object') return emitEntry(emitter, node, target);
  const value = target.emitTerm(emitter, node.value);
  const { slot } = target;
  const { at } = node;
  if (node.of === 'array') {
    return (state, frame) => {
      const item = value(state, frame);
      if (item === undefined) return false;
      state.run.meter.allocate(BYTES_PER_MEMBER, at);
      (frame[slot] as Value[]).push(item);
      return false;
    };
  }
  return (state, frame) => {
    const item = value(state, frame);
    if (item === undefined) return false;
    addMember(frame[slot] as Map<ValueKey, Value>, item, { state, at });
    return false;
  };
}

/** Adds a member, and charges for it where it is new. */
export function addMember(
  members: Map<ValueKey, Value>,
  value: Value,
  { state, at }: { readonly state: State; readonly at: Place },
): void {
  const key = keyOf(value);
  state.run.meter.spend(stepsOfKey(key), at);
  if (members.has(key)) return;
  state.run.meter.allocate(bytesOfKey(key), at);
  members.set(key, value);
}

function emitEntry(emitter: Emitter, node: ComprehensionNode, target: Target): RunBody {
  const key = target.emitTerm(emitter, node.key ?? node.value);
  const value = target.emitTerm(emitter, node.value);
  const { at } = node;
  return (state, frame) => {
    const [name, item] = [key(state, frame), value(state, frame)];
    if (name === undefined || item === undefined) return false;
    addEntry(frame[target.slot] as ObjectEntries, [name, item], { state, at });
    return false;
  };
}

function addEntry(
  entries: ObjectEntries,
  pair: readonly [Value, Value],
  { state, at }: { readonly state: State; readonly at: Place },
): void {
  const key = keyOf(pair[0]);
  const known = entries.get(key);
  if (known === undefined) {
    state.run.meter.allocate(bytesOfKey(key), at);
    entries.set(key, pair);
  } else if (!equalValues(known[1], pair[1])) {
    throw new RegoError('eval_conflict_error', 'object keys must be unique', { at });
  }
}
