/**
 * What an evaluation reads and remembers. `with` makes a new state over the same meter: a fresh
 * memo, other input, other data, other functions.
 */
import type { BuiltinContext } from '../model/builtin.ts';
import type { Callee } from '../compile/core.ts';
import type { Meter } from '../model/meter.ts';
import type { Place } from '../model/rego-error.ts';
import type { ObjectValue, Value } from '../model/value.ts';

/** A document made by rules. */
export interface VirtualDocument {
  readonly id: number;
  /** Below `data`. */
  readonly path: readonly string[];
  readonly evaluate: (state: State) => Value | undefined;
  /** How it is looked up by keys; undefined where its rules give one value as a whole. */
  readonly byKey: KeyedAccess | undefined;
}

/** Looking a document up by keys: only the rules run that can give what lies there. */
export interface KeyedAccess {
  readonly id: number;
  /** How many keys may be said, at most. */
  readonly depth: number;
  readonly evaluate: (state: State, keys: readonly Value[]) => Value | undefined;
}

/** A function made by rules. */
export interface FunctionDocument {
  readonly id: number;
  readonly path: readonly string[];
  readonly call: (state: State, args: readonly Value[]) => Value | undefined;
}

/** What stands for a function while `with` replaces it. */
export type Mock =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'callee'; readonly callee: Callee };

/** What all states of one evaluation share. */
export interface Run {
  readonly meter: Meter;
  /** Its `at` is set before each call. */
  readonly context: { -readonly [key in keyof BuiltinContext]: BuiltinContext[key] };
  readonly isStrict: boolean;
}

/** The variables of a rule at work; what lies in a slot is known where it is compiled. */
export type Frame = unknown[];

/** Empty frames by their sizes: copying one is quicker than making an array longer. */
const EMPTY: Frame[] = [];

/** An empty frame. */
export function newFrame(size: number): Frame {
  return (EMPTY[size] ??= Array.from({ length: size })).slice();
}

/** Gives a term's value; undefined where it has none. */
export type Eval = (state: State, frame: Frame) => Value | undefined;
/** Tells whether a literal holds. */
export type Test = (state: State, frame: Frame) => boolean;
/** Runs what is left of a body for each solution; true ends the search. */
export type RunBody = (state: State, frame: Frame) => boolean;
/** Tells whether a value fits a pattern, and gives the pattern's variables their values. */
export type Match = (value: Value, state: State, frame: Frame) => boolean;

/** What a `with` changes. */
export interface StateChange {
  readonly input: Value | undefined;
  readonly data: ObjectValue;
  readonly masks: readonly (readonly string[])[] | undefined;
  readonly mocks: ReadonlyMap<string, Mock> | undefined;
}

const ABSENT = Symbol('undefined');

/** Where an evaluation stands. */
export class State implements StateChange {
  readonly run: Run;
  readonly input: Value | undefined;
  readonly data: ObjectValue;
  /** Places below `data` where rules do not count, because `with` replaced them. */
  readonly masks: readonly (readonly string[])[] | undefined;
  readonly mocks: ReadonlyMap<string, Mock> | undefined;
  readonly #memo = new Map<number, unknown>();

  constructor(run: Run, { input, data, masks, mocks }: StateChange) {
    this.run = run;
    this.input = input;
    this.data = data;
    this.masks = masks;
    this.mocks = mocks;
  }

  /** A state that differs in some ways. */
  change(change: Partial<StateChange>): State {
    const { input, data, masks, mocks } = this;
    return new State(this.run, { input, data, masks, mocks, ...change });
  }

  /** The value of a document, made once. */
  document(document: VirtualDocument): Value | undefined {
    const known = this.#memo.get(document.id);
    if (known !== undefined) return known === ABSENT ? undefined : (known as Value);
    const value = document.evaluate(this);
    this.#memo.set(document.id, value === undefined ? ABSENT : value);
    return value;
  }

  /** Tells whether the value of a document is made already. */
  knows(document: VirtualDocument): boolean {
    return this.#memo.has(document.id);
  }

  /** What a maker keeps in this state, `key` is its own. */
  keep<T>(key: number, make: () => T): T {
    const known = this.#memo.get(key);
    if (known !== undefined) return known as T;
    const made = make();
    this.#memo.set(key, made);
    return made;
  }

  /** A value that is made once; `key` is the maker's own. */
  remember(key: number, make: () => Value | undefined): Value | undefined {
    const known = this.#memo.get(key);
    if (known !== undefined) return known === ABSENT ? undefined : (known as Value);
    const value = make();
    this.#memo.set(key, value === undefined ? ABSENT : value);
    return value;
  }

  /** Goes into a rule. */
  enter(at: Place): void {
    this.run.meter.enter(at);
  }

  /** Comes out of it. */
  leave(): void {
    this.run.meter.leave();
  }
}
