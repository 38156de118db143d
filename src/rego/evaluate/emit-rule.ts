/** Rules as closures: how a rule is run, and what each of its solutions does. */
import type { Branch, Core, CoreRule, Local } from '../compile/core.ts';
import { emitBody } from './emit-body.ts';
import { emitMatch, isGround, isPattern } from './emit-match.ts';
import { emitTerm } from './emit-term.ts';
import { emitValues, type Emitter, type PolicyTables } from './emitter.ts';
import type { Place } from '../model/rego-error.ts';
import { type Match, newFrame, type RunBody, type State } from './state.ts';
import { type Value, equalValues } from '../model/value.ts';

/** Where in a frame the result is. */
export const RESULT = 0;

/** A rule that gives one value at most. */
export interface ValueRule {
  readonly run: (state: State, args: readonly Value[]) => Value | undefined;
  readonly at: Place;
}

/** A rule that adds to a collection. */
export interface CollectingRule<T> {
  readonly run: (state: State, into: T, keys: readonly Value[]) => void;
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

/** How a collecting rule is run. */
export interface Collecting<T> {
  readonly add: Add<T>;
  /** How many names of the rule's place the document's own path has. */
  readonly depth: number;
  /** How many keys below the document are known before the rule runs. */
  readonly known: number;
}

/** Emits a rule that adds its solutions, those with the keys that are known, to a collection. */
export function emitCollectingRule<T>(
  policy: PolicyTables,
  rule: CoreRule,
  how: Collecting<T>,
): CollectingRule<T> {
  const layout = { size: rule.frameSize };
  const branches = rule.branches.map((branch) => {
    const emitter = startEmitter(policy, rule, layout);
    const heads = keysOf(rule, branch, how.depth).slice(0, how.known);
    const fits = heads.map((head) => emitHead(emitter, head));
    // Where all of the head is known, a second solution can add nothing.
    const isOnce = [...branch.keys, branch.value].every((node) => isGround(emitter, node));
    const collect = { branch, isOnce, add: how.add };
    return { fits, body: emitBody(emitter, branch.body, (own) => emitAdd(own, collect)) };
  });
  return {
    run: (state, into, keys) => {
      for (const { fits, body } of branches) {
        const frame = newFrame(layout.size);
        frame[RESULT] = { into, found: false } satisfies Collected<T>;
        if (!fits.every((fit, index) => fit(keys[index] as Value, state, frame))) continue;
        body(state, frame);
        if ((frame[RESULT] as Collected<T>).found) return;
      }
    },
  };
}

/** The keys at which a rule's solution lies below a document; a member of a set is the last. */
function keysOf(rule: CoreRule, { keys, value }: Branch, depth: number): readonly Core[] {
  const names = rule.prefix.slice(depth).map((name): Core => ({ kind: 'const', value: name }));
  return rule.isMember ? [...names, ...keys, value] : [...names, ...keys];
}

/** A key of a head gets its value from outside; one that no pattern can take apart fits always. */
function emitHead(emitter: Emitter, head: Core): Match {
  return isPattern(emitter, head) ? emitMatch(emitter, head, emitTerm) : () => true;
}

interface Collected<T> {
  readonly into: T;
  found: boolean;
}

interface Collect<T> {
  readonly branch: Branch;
  readonly isOnce: boolean;
  readonly add: Add<T>;
}

function emitAdd<T>(emitter: Emitter, { branch, isOnce, add }: Collect<T>): RunBody {
  const keys = emitValues(branch.keys.map((key) => emitTerm(emitter, key)));
  const value = emitTerm(emitter, branch.value);
  const { at } = branch;
  return (state, frame) => {
    const found = keys(state, frame);
    const item = value(state, frame);
    if (found === undefined || item === undefined) return false;
    const collected = frame[RESULT] as Collected<T>;
    collected.found = true;
    add(collected.into, { keys: found, value: item, state, at });
    return isOnce;
  };
}
