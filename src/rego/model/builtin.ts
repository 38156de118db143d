/**
 * What a builtin is: a row of a table. The compiler checks calls against `args`, the evaluator
 * checks operands and calls `call`; no builtin reads a clock, randomness or the outside itself.
 */
import type { Place } from './rego-error.ts';
import type { TypeName, Value } from './value.ts';

/** What one operand or result may be; `any` admits everything. */
export type OperandType = 'any' | TypeName | readonly TypeName[];

/** What the evaluator hands to a builtin. */
export interface BuiltinContext {
  /** Takes steps from the evaluation's budget; throws `eval_limit_error` when it is spent. */
  readonly charge: (steps: number) => void;
  /** Takes bytes of results from the memory budget; throws `eval_limit_error`. */
  readonly allocate: (bytes: number) => void;
  /** Nanoseconds since 1970 at which the query began: one moment for a whole query. */
  readonly nowNanos: bigint;
  /** Bytes of the caller's randomness (seeded in tests). */
  readonly randomBytes: (count: number) => Uint8Array;
  /** What a builtin wants to keep for this query: compiled patterns, drawn numbers. */
  readonly memory: Map<string, unknown>;
  /** What `opa.runtime()` answers. */
  readonly runtime: Value;
  /** What the caller hands to builtins of its own; undefined where it hands nothing. */
  readonly handed: Value | undefined;
  /** Where `print` and `trace` go. */
  readonly print: (line: string, at: Place) => void;
  readonly at: Place;
}

/** One builtin function. */
export interface Builtin {
  /** Dotted, as it is called: `io.jwt.decode`. */
  readonly name: string;
  readonly args: readonly OperandType[];
  /** What it gives; used by the compiler's type check of plain cases. */
  readonly result: OperandType;
  /** How often it may answer: a relation gives an array of answers (`walk`). */
  readonly isRelation?: boolean;
  /** Its answer may differ with equal operands in another query (`time.now_ns`). */
  readonly isNondeterministic?: boolean;
  /**
   * The answer; `undefined` where the call is undefined. Operands are of the types in `args`
   * already. Throws a `BuiltinFailure` for operands that cannot be worked on.
   */
  readonly call: (args: readonly Value[], context: BuiltinContext) => Value | undefined;
}

/**
 * A call that failed. By default the call is undefined then, as in OPA; with strict builtin
 * errors the query ends with this code and `name: message`.
 */
export class BuiltinFailure extends Error {
  readonly code: 'eval_builtin_error' | 'eval_type_error';

  constructor(
    message: string,
    code: 'eval_builtin_error' | 'eval_type_error' = 'eval_builtin_error',
  ) {
    super(message);
    this.code = code;
  }
}

/** The failure of an operand that is not what was wanted; `position` counts from 1. */
export function operandFailure(position: number, problem: string): BuiltinFailure {
  return new BuiltinFailure(`operand ${position} ${problem}`, 'eval_type_error');
}
