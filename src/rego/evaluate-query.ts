/**
 * Queries: prepared once, asked many times. What depends on the moment or on chance is handed in;
 * an evaluation reads nothing else.
 */
import type { BuiltinContext } from './model/builtin.ts';
import type { Policy } from './compile-policy.ts';
import { StagedErrors } from './compile/compile-stages.ts';
import type { Local } from './compile/core.ts';
import { emitBody } from './evaluate/emit-body.ts';
import type { Emitter } from './evaluate/emitter.ts';
import { arityOf, findCallee } from './compile/lower-call.ts';
import { startLowering } from './compile/lower-rule.ts';
import type { Lowering } from './compile/lowering.ts';
import { DEFAULT_LIMITS, type Limits, Meter, stackError } from './model/meter.ts';
import { namesOfModule, namesOfPackages } from './compile/module-names.ts';
import { orderWhole, QUERY_VALUE } from './compile/order-literals.ts';
import { parseQuery } from './syntax/parse-module.ts';
import { type Place, RegoError } from './model/rego-error.ts';
import { type Frame, newFrame, type RunBody, State } from './evaluate/state.ts';
import type { Body, CallTerm, Import, Statement, VarTerm } from './syntax/syntax.ts';
import { checkQueryTypes } from './compile/types/check-types.ts';
import type { ObjectValue, Value } from './model/value.ts';
import { payingFor } from './model/value-work.ts';
import { MAX_DEPTH, weighResult } from './evaluate/weigh-result.ts';

/** Where a query stands: names of rules of a package, and imports. */
export interface QueryScope {
  readonly package?: readonly string[];
  readonly imports?: readonly Import[];
}

/** A query that was compiled. */
export interface PreparedQuery {
  readonly policy: Policy;
  readonly run: RunBody;
  readonly frameSize: number;
  readonly variables: readonly Local[];
  /** For each statement the variable with its value; undefined where it has none but `true`. */
  readonly values: readonly (Local | undefined)[];
}

/** What an evaluation is given. */
export interface EvaluationInput {
  readonly input?: Value;
  /** In the place of the policy's own base documents. */
  readonly data?: ObjectValue;
  readonly limits?: Partial<Limits>;
  /** The moment of the query, in nanoseconds since 1970. */
  readonly nowNanos?: bigint;
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Errors of builtins end the query, instead of being undefined. */
  readonly strictBuiltinErrors?: boolean;
  readonly print?: (line: string, at: Place) => void;
  /** What `opa.runtime()` gives. */
  readonly runtime?: Value;
  /** What builtins of the caller's own look things up in. */
  readonly handed?: Value;
}

/** One solution: the values of the query's variables, and of each of its statements. */
export interface QueryResult {
  readonly bindings: Readonly<Record<string, Value>>;
  readonly values: readonly Value[];
}

/** Compiles a query; throws `RegoErrors`. */
export function prepareQuery(
  policy: Policy,
  query: string | Body,
  scope: QueryScope = {},
): PreparedQuery {
  const errors = new StagedErrors([]);
  const { report } = errors;
  const names = namesOfModule(
    { package: scope.package ?? [], imports: scope.imports ?? [], version: 'v1' },
    scope.package ? namesOfPackages(policy.modules) : new Map(),
  );
  const lowering = startLowering(
    { names, functions: policy.functions, report, isStrict: false },
    { rule: {}, chain: [] },
  );
  const body = typeof query === 'string' ? parseQuery(query) : query;
  const captured = body.map((statement, index) =>
    isAnswered(lowering, statement) ? { statement, name: undefined } : capture(statement, index),
  );
  let declared: readonly Local[] = [];
  const literals = lowering.body(
    lowering,
    captured.map(({ statement }) => statement),
    () => {
      declared = lowering.scope.declared;
    },
  );
  errors.endStage('functions');
  const whole = { body: literals, tail: [], own: [] };
  const at = body[0]?.at ?? NOWHERE;
  const ordered = orderWhole(whole, { at, report: errors.at('safety') });
  errors.endStage('safety');
  checkQueryTypes(policy.types, ordered, errors.at('types'));
  errors.endStage('deprecated');
  const layout = { size: lowering.scope.frameSize };
  const emitter: Emitter = {
    policy: policy.tables,
    bound: new Set(),
    ops: [],
    layout,
    lifted: new Map(),
    body: emitBody,
  };
  const run = emitBody(emitter, ordered, () => (state, frame) => {
    (frame[0] as Rows)(frame, state);
    return false;
  });
  const all = [...declared, ...lowering.scope.plain];
  return {
    policy,
    run,
    frameSize: layout.size,
    variables: all.filter((local) => !local.name.startsWith('$')),
    values: captured.map(({ name }) => all.find((local) => local.name === name)),
  };
}

/** Takes a solution out of the frame. */
type Rows = (frame: Frame, state: State) => void;

/** Calls whose value has a place already: operators that bind, and those with one operand more. */
function isAnswered(lowering: Lowering, statement: Statement): boolean {
  if (statement.kind !== 'term' || statement.term.kind !== 'call') return false;
  const { operator, args } = statement.term;
  const callee = findCallee(lowering, operator);
  const takesAnswer = callee !== undefined && args.length === arityOf(lowering, callee) + 1;
  return takesAnswer || OPERATORS.has(operator.join('.'));
}

/** Gives the value of a statement a name, where it has one. */
function capture(
  statement: Statement,
  index: number,
): { readonly statement: Statement; readonly name: string | undefined } {
  const plain = { statement, name: undefined };
  if (statement.kind !== 'term' || statement.negated) return plain;
  const { term } = statement;
  const name = `${QUERY_VALUE}${index}`;
  const variable: VarTerm = { kind: 'var', name, at: term.at };
  const assign: CallTerm = {
    kind: 'call',
    operator: ['assign'],
    args: [variable, term],
    at: term.at,
  };
  return { statement: { ...statement, term: assign }, name };
}

const OPERATORS: ReadonlySet<string> = new Set(['eq', 'assign', 'print']);

/** Evaluates a query; throws a `RegoError` where the evaluation cannot go on. */
export function evaluateQuery(
  query: PreparedQuery,
  options: EvaluationInput = {},
): readonly QueryResult[] {
  const meter = new Meter({ ...DEFAULT_LIMITS, ...options.limits });
  const state = new State(
    { meter, context: contextOf(meter, options), isStrict: options.strictBuiltinErrors ?? false },
    {
      input: options.input,
      data: options.data ?? query.policy.data,
      masks: undefined,
      mocks: undefined,
    },
  );
  const results: QueryResult[] = [];
  const frame = newFrame(query.frameSize);
  const take: Rows = (found) => {
    const result = resultOf(query, found);
    for (const value of valuesOf(query, result)) weighResult(value, meter);
    results.push(result);
  };
  frame[0] = take;
  refuseDeep(options.input);
  const budget = {
    spend: (steps: number): void => meter.spend(steps),
    allocate: (bytes: number): void => meter.allocate(bytes),
  };
  withinStack(() => payingFor(budget, () => query.run(state, frame)));
  return results;
}

/** The stack cannot be counted on for values that builtins nest: where it ends is a limit too. */
function withinStack(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    throw error instanceof RangeError && /call stack/.test(error.message) ? stackError() : error;
  }
}

/** Inputs that were looked through: one review is judged by many policies. */
const SHALLOW = new WeakSet();

function refuseDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || SHALLOW.has(value)) return;
  refuseDeeper(value, 0);
  SHALLOW.add(value);
}

function refuseDeeper(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) {
    const message = `the input is nested more than ${MAX_DEPTH} levels deep`;
    throw new RegoError('eval_limit_error', message);
  }
  if (Array.isArray(value)) for (const item of value) refuseDeeper(item, depth + 1);
  else for (const key in value) refuseDeeper((value as Record<string, unknown>)[key], depth + 1);
}

function resultOf({ variables, values }: PreparedQuery, frame: Frame): QueryResult {
  const bindings: Record<string, Value> = {};
  for (const { name, slot } of variables) bindings[name] = frame[slot] as Value;
  return {
    bindings,
    values: values.map((local) => (local ? (frame[local.slot] as Value) : true)),
  };
}

/** What is printed is kept by someone, and printing it takes time. */
function printer(meter: Meter, { print }: EvaluationInput): BuiltinContext['print'] {
  return (line, at) => {
    meter.spend(line.length >> 4, at);
    meter.allocate(line.length * 2, at);
    print?.(line, at);
  };
}

/** All that a solution shows, each value once where a statement's is a variable's too. */
function valuesOf({ variables }: PreparedQuery, { bindings, values }: QueryResult): Set<Value> {
  return new Set([...variables.map(({ name }) => bindings[name] as Value), ...values]);
}

const NOWHERE: Place = { file: '', line: 1, column: 1 };

function contextOf(
  meter: Meter,
  options: EvaluationInput,
): { -readonly [key in keyof BuiltinContext]: BuiltinContext[key] } {
  const context = {
    charge: (steps: number): void => meter.spend(steps, context.at),
    allocate: (bytes: number): void => meter.allocate(bytes, context.at),
    nowNanos: options.nowNanos ?? 0n,
    randomBytes: options.randomBytes ?? ((count: number) => new Uint8Array(count)),
    memory: new Map<string, unknown>(),
    runtime: options.runtime ?? {},
    handed: options.handed,
    print: printer(meter, options),
    at: NOWHERE,
  };
  return context;
}
