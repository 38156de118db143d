/**
 * What is at hand while a body becomes closures. A body is a list of operations: tests, which hold
 * or not, and loops, which run the rest for each of their solutions. Tests side by side become one
 * loop over an array, so that the stack deepens with loops only.
 */
import type { Core, Literal, Local } from '../compile/core.ts';
import type { Place } from '../model/rego-error.ts';
import type { RuleNode } from './rule-node.ts';
import type { Eval, Frame, RunBody, State, Test, FunctionDocument } from './state.ts';
import type { Value } from '../model/value.ts';

/** The rules of a policy, as calls and refs need them. */
export interface PolicyTables {
  readonly root: RuleNode;
  readonly functionAt: (path: readonly string[]) => FunctionDocument | undefined;
  /** A number that no other document, function or closure of the policy has. */
  readonly newId: () => number;
}

/** One operation of a body. */
export type Op =
  | { readonly kind: 'test'; readonly test: Test; readonly at: Place }
  | { readonly kind: 'loop'; readonly wrap: (next: RunBody) => RunBody };

/** The state of emitting one body. */
export interface Emitter {
  readonly policy: PolicyTables;
  /** The variables that have values here. */
  readonly bound: Set<Local>;
  readonly ops: Op[];
  /** Shared by all bodies of a rule. */
  readonly layout: { size: number };
  /** Terms whose values are known to be found already: lookups with variables became loops. */
  readonly lifted: Map<Core, Eval>;
  /** Emits a body whose solutions run `final`. */
  readonly body: (
    emitter: Emitter,
    literals: readonly Literal[],
    final: (inner: Emitter) => RunBody,
  ) => RunBody;
}

/** A slot for the compiler's own use. */
export function newSlot(emitter: Emitter): number {
  const slot = emitter.layout.size;
  emitter.layout.size += 1;
  return slot;
}

/** An emitter for a closure: what it binds is its own. */
export function innerEmitter(emitter: Emitter): Emitter {
  return { ...emitter, bound: new Set(emitter.bound), ops: [] };
}

/** Gives the values of several terms, or undefined where one has none. */
export type EvalAll = (state: State, frame: Frame) => readonly Value[] | undefined;

/** Values in a new array; undefined where one of them has none. */
export function emitValues(args: readonly Eval[]): EvalAll {
  const [first, second] = args;
  if (first && args.length === 1) {
    return (state, frame) => {
      const value = first(state, frame);
      return value === undefined ? undefined : [value];
    };
  }
  if (first && second && args.length === 2) {
    return (state, frame) => {
      const value = first(state, frame);
      if (value === undefined) return undefined;
      const other = second(state, frame);
      return other === undefined ? undefined : [value, other];
    };
  }
  return (state, frame) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(state, frame);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  };
}

/** Adds a test. */
export function pushTest(emitter: Emitter, at: Place, test: Test): void {
  emitter.ops.push({ kind: 'test', test, at });
}

/** A body that is run on its own within another: it counts as deeper. */
export function nested(run: RunBody, at: Place): RunBody {
  return (state, frame) => {
    state.enter(at);
    const found = run(state, frame);
    state.leave();
    return found;
  };
}

/** Joins operations; each solution runs `final`. */
export function chainOps(ops: readonly Op[], final: RunBody): RunBody {
  let run = final;
  let tests: Test[] = [];
  let at: Place | undefined;
  for (const op of ops.toReversed()) {
    if (op.kind === 'test') {
      tests.push(op.test);
      ({ at } = op);
      continue;
    }
    run = op.wrap(runTests(tests.toReversed(), at, run));
    tests = [];
  }
  return runTests(tests.toReversed(), at, run);
}

function runTests(tests: readonly Test[], at: Place | undefined, next: RunBody): RunBody {
  const [first, second, ...others] = tests;
  if (first === undefined || at === undefined) return next;
  if (second === undefined) {
    return (state: State, frame: Frame) => {
      state.run.meter.spend(1, at);
      return first(state, frame) && next(state, frame);
    };
  }
  if (others.length === 0) {
    return (state: State, frame: Frame) => {
      state.run.meter.spend(2, at);
      return first(state, frame) && second(state, frame) && next(state, frame);
    };
  }
  const count = tests.length;
  return (state: State, frame: Frame) => {
    state.run.meter.spend(count, at);
    for (let index = 0; index < count; index += 1) {
      if (!(tests[index] as Test)(state, frame)) return false;
    }
    return next(state, frame);
  };
}
