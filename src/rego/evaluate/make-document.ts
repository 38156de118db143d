/**
 * Documents and functions out of their rules. Rules become closures when the document is first
 * asked for, so that a large policy costs only what a query reads.
 */
import type { CoreRule } from '../compile/core.ts';
import {
  type Made,
  depthOf,
  emitCollected,
  TWO_VALUES,
  type RunDocument,
} from './collect-document.ts';
import { emitValueRule } from './emit-rule.ts';
import type { PolicyTables } from './emitter.ts';
import { onFirstUse } from './on-first-use.ts';
import { type Place, RegoError } from '../model/rego-error.ts';
import { indexRules } from './rule-index.ts';
import type { FunctionDocument, KeyedAccess, State, VirtualDocument } from './state.ts';
import { type Value, equalValues } from '../model/value.ts';

/** Estimated bytes of an answer that is kept. */
const BYTES_PER_ANSWER = 64;

const NOTHING: readonly Value[] = [];

const TWO_RESULTS = 'functions must not produce multiple outputs for same inputs';

/** A document of complete rules, of a set, or of both at any depth. */
export function makeDocument(made: Made): VirtualDocument {
  const id = made.policy.newId();
  const { path, rules } = made;
  const at = (rules[0] as CoreRule).at;
  const depth = depthOf(made);
  const emitted = onFirstUse(() => (depth === 0 ? emitComplete(made) : emitCollected(made, 0)));
  const evaluate = (state: State): Value | undefined => {
    const run = emitted();
    state.enter(at);
    const value = run(state, NOTHING);
    state.leave();
    return value;
  };
  return { id, path, evaluate, byKey: depth === 0 ? undefined : keyedAccess(made, depth) };
}

function keyedAccess(made: Made, depth: number): KeyedAccess {
  const id = made.policy.newId();
  const emitted = Array.from({ length: depth }, (_, index) =>
    onFirstUse(() => emitCollected(made, index + 1)),
  );
  const evaluate = (state: State, keys: readonly Value[]): Value | undefined =>
    emitted[keys.length - 1]?.()(state, keys);
  return { id, depth, evaluate };
}

/** Runs rules of one value each; all that have one must agree. */
function emitComplete({ policy, rules }: Made): RunDocument {
  return emitAgreeing(policy, rules, TWO_VALUES);
}

type RunAgreeing = (state: State, args: readonly Value[]) => Value | undefined;

function emitAgreeing(
  policy: PolicyTables,
  rules: readonly CoreRule[],
  problem: string,
): RunAgreeing {
  const conflict = (at: Place): never => {
    throw new RegoError('eval_conflict_error', problem, { at });
  };
  const emit = (rule: CoreRule) => onFirstUse(() => emitValueRule(policy, rule, conflict));
  const own = rules.filter((rule) => !rule.isDefault);
  const select = indexRules(own, own.map(emit));
  const byDefault = rules.filter((rule) => rule.isDefault).map(emit)[0];
  const isOneConstant = haveOneConstant(own);
  return (state, args) => {
    let result: Value | undefined;
    for (const rule of select(state, args)) {
      const value = rule().run(state, args);
      if (value === undefined) continue;
      if (isOneConstant) return value;
      if (result === undefined) result = value;
      else if (!equalValues(result, value)) conflict(rule().at);
    }
    return result === undefined ? byDefault?.().run(state, args) : result;
  };
}

/** Tells whether all rules have one and the same constant: the first that holds decides. */
function haveOneConstant(rules: readonly CoreRule[]): boolean {
  const wanted = constantOf(rules[0]);
  if (wanted === undefined) return false;
  return rules.every((rule) => {
    const constant = constantOf(rule);
    return constant !== undefined && equalValues(constant, wanted);
  });
}

function constantOf(rule: CoreRule | undefined): Value | undefined {
  const [only, ...others] = rule?.branches ?? [];
  return only?.value.kind === 'const' && others.length === 0 ? only.value.value : undefined;
}

/** A function; its answers are kept as long as input and data are the same. */
export function makeFunction(made: Made): FunctionDocument {
  const { policy, path, rules } = made;
  const at = (rules[0] as CoreRule).at;
  let run: RunAgreeing | undefined;
  const id = policy.newId();
  return {
    id,
    path,
    call: (state, args) => {
      run ??= emitAgreeing(policy, rules, TWO_RESULTS);
      const answers = answersFor(state.keep(id, noAnswers), args);
      const key = args.at(-1);
      if (answers.has(key)) return answers.get(key) as Value | undefined;
      state.enter(at);
      const value = run(state, args);
      state.leave();
      state.run.meter.allocate(BYTES_PER_ANSWER, at);
      answers.set(key, value);
      return value;
    },
  };
}

const noAnswers = (): Map<unknown, unknown> => new Map();

/** Answers by all arguments but the last: values by themselves, collections by identity. */
function answersFor(answers: Map<unknown, unknown>, args: readonly Value[]): Map<unknown, unknown> {
  let found = answers;
  for (let index = 0; index < args.length - 1; index += 1) {
    const arg = args[index];
    let next = found.get(arg) as Map<unknown, unknown> | undefined;
    if (next === undefined) {
      next = new Map();
      found.set(arg, next);
    }
    found = next;
  }
  return found;
}
