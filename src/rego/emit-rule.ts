/** Rules as closures: how a rule is run, and what each of its solutions does. */
import type { Branch, CoreRule, Local } from './core.ts';
import { emitBody } from './emit-body.ts';
import { emitTerm } from './emit-term.ts';
import type { Emitter, PolicyTables } from './emitter.ts';
import type { Place } from './rego-error.ts';
import { type Eval, type Frame, newFrame, type RunBody, type State } from './state.ts';
import { type Value, equalValues } from './value.ts';

/** Where in a frame the result is. */
export const RESULT = 0;

/** A rule that gives one value at most. */
export interface ValueRule {
  readonly run: (state: State, args: readonly Value[]) => Value | undefined;
  readonly at: Place;
}

/** A rule that adds to a collection. */
export interface CollectingRule<T> {
  readonly run: (state: State, into: T) => void;
}

/** What a solution of a collecting rule adds, and where it was found. */
export interface Solution {
  readonly keys: readonly Value[];
  readonly value: Value;
  readonly state: State;
  readonly at: Place;
}

/** Adds a solution to a collection. */
export type Add<T> = (into: T, solution: Solution) => void;

/** What a rule does when two of its solutions differ. */
export type Conflict = (at: Place) => never;

/** Emits a rule of one value: its branches are tried in order. */
export function emitValueRule(policy: PolicyTables, rule: CoreRule, conflict: Conflict): ValueRule {
  const layout = { size: rule.frameSize };
  const branches = rule.branches.map((branch) => {
    const emitter = startEmitter(policy, rule, layout);
    return emitBody(emitter, branch.body, (inner) => emitResult(inner, branch, conflict));
  });
  return { run: (state, args) => runBranches(branches, layout, [state, args]), at: rule.at };
}

function runBranches(
  branches: readonly RunBody[],
  layout: { readonly size: number },
  [state, args]: readonly [State, readonly Value[]],
): Value | undefined {
  for (const branch of branches) {
    const frame = newFrame(layout.size);
    for (let index = 0; index < args.length; index += 1) frame[index + 1] = args[index];
    branch(state, frame);
    const result = frame[RESULT] as Value | undefined;
    if (result !== undefined) return result;
  }
  return undefined;
}

function startEmitter(policy: PolicyTables, rule: CoreRule, layout: { size: number }): Emitter {
  const bound = new Set<Local>(rule.arguments);
  return { policy, bound, ops: [], layout, lifted: new Map(), body: emitBody };
}

function emitResult(emitter: Emitter, branch: Branch, conflict: Conflict): RunBody {
  if (branch.value.kind === 'const') {
    const { value } = branch.value;
    return (_, frame) => {
      frame[RESULT] = value;
      return true;
    };
  }
  const result = emitTerm(emitter, branch.value);
  const { at } = branch;
  return (state, frame) => {
    const value = result(state, frame);
    if (value === undefined) return false;
    const known = frame[RESULT] as Value | undefined;
    if (known === undefined) frame[RESULT] = value;
    else if (!equalValues(known, value)) conflict(at);
    return false;
  };
}

/** Emits a rule that adds each of its solutions to a collection. */
export function emitCollectingRule<T>(
  policy: PolicyTables,
  rule: CoreRule,
  add: Add<T>,
): CollectingRule<T> {
  const layout = { size: rule.frameSize };
  const branches = rule.branches.map((branch) => {
    const emitter = startEmitter(policy, rule, layout);
    return emitBody(emitter, branch.body, (inner) => emitAdd(inner, branch, add));
  });
  return {
    run: (state, into) => {
      for (const branch of branches) {
        const frame = newFrame(layout.size);
        frame[RESULT] = { into, found: false } satisfies Collected<T>;
        branch(state, frame);
        if ((frame[RESULT] as Collected<T>).found) return;
      }
    },
  };
}

interface Collected<T> {
  readonly into: T;
  found: boolean;
}

function emitAdd<T>(emitter: Emitter, branch: Branch, add: Add<T>): RunBody {
  const keys = branch.keys.map((key) => emitTerm(emitter, key));
  const value = emitTerm(emitter, branch.value);
  const isConstant = [...branch.keys, branch.value].every((node) => node.kind === 'const');
  const { at } = branch;
  return (state, frame) => {
    const found = valuesOf(keys, [state, frame]);
    const item = value(state, frame);
    if (found === undefined || item === undefined) return false;
    const collected = frame[RESULT] as Collected<T>;
    collected.found = true;
    add(collected.into, { keys: found, value: item, state, at });
    return isConstant;
  };
}

function valuesOf(
  evals: readonly Eval[],
  [state, frame]: readonly [State, Frame],
): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const each of evals) {
    const value = each(state, frame);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
