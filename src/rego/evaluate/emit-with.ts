/** `with`: the literal runs in a changed state, and what follows it in the state before. */
import type { WithNode } from '../compile/core.ts';
import { emitTerm } from './emit-term.ts';
import { type Emitter, newSlot } from './emitter.ts';
import type { Mock, RunBody, State, StateChange, Frame } from './state.ts';
import {
  KeyedObject,
  type ObjectValue,
  type Value,
  isObjectValue,
  makeObject,
  plainObject,
  sortedPairs,
} from '../model/value.ts';
import { member } from '../model/look-up.ts';

/** Makes the state in which a literal runs; undefined where a value has none. */
type ChangeState = (state: State, frame: Frame) => State | undefined;

/** Runs `emit` between entering the changed state and coming back. */
export function emitWith(emitter: Emitter, modifiers: readonly WithNode[], emit: () => void): void {
  const change = emitChange(emitter, modifiers);
  const slot = newSlot(emitter);
  emitter.ops.push({
    kind: 'loop',
    wrap: (next) => (state, frame) => {
      const changed = change(state, frame);
      if (changed === undefined) return false;
      frame[slot] = state;
      return next(changed, frame);
    },
  });
  emit();
  emitter.ops.push({
    kind: 'loop',
    wrap:
      (next): RunBody =>
      (_, frame) =>
        next(frame[slot] as State, frame),
  });
}

type Apply = (change: StateChange, now: readonly [State, Frame]) => StateChange | undefined;

function emitChange(emitter: Emitter, modifiers: readonly WithNode[]): ChangeState {
  const steps = modifiers.map((modifier) => emitStep(emitter, modifier));
  return (state, frame) => {
    let change: StateChange | undefined = state;
    for (const step of steps) {
      change = step(change, [state, frame]);
      if (change === undefined) return undefined;
    }
    const { input, data, masks, mocks } = change;
    return state.change({ input, data, masks, mocks });
  };
}

function emitStep(emitter: Emitter, { target, value }: WithNode): Apply {
  if (value.kind === 'callee') {
    const { callee } = value;
    if (target.kind !== 'function') return (change) => change;
    return (change) => mocked(change, target.name, { kind: 'callee', callee });
  }
  const wanted = emitTerm(emitter, value.term);
  return (change, [state, frame]) => {
    const found = wanted(state, frame);
    if (found === undefined) return undefined;
    if (target.kind === 'function')
      return mocked(change, target.name, { kind: 'value', value: found });
    if (target.kind === 'input')
      return { ...fields(change), input: put(change.input, target.path, found) };
    const data = put(change.data, target.path, found);
    const masks = [...(change.masks ?? []), target.path];
    return { ...fields(change), data: data as ObjectValue, masks };
  };
}

function fields({ input, data, masks, mocks }: StateChange): StateChange {
  return { input, data, masks, mocks };
}

function mocked(change: StateChange, name: string, mock: Mock): StateChange {
  const mocks = new Map(change.mocks);
  mocks.set(name, mock);
  return { ...fields(change), mocks };
}

/** A value with another at a path; what is no object on the way becomes one. */
function put(value: Value | undefined, [key, ...rest]: readonly string[], placed: Value): Value {
  if (key === undefined) return placed;
  const inner = put(member(value, key), rest, placed);
  if (!isObjectValue(value)) return plainObject([[key, inner]]);
  if (value instanceof KeyedObject) return makeObject([...sortedPairs(value), [key, inner]]);
  return plainObject([...Object.entries(value), [key, inner]]);
}
