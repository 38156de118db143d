/**
 * Documents and functions out of their rules. Rules become closures when the document is first
 * asked for, so that a large policy costs only what a query reads.
 */
import type { CoreRule } from './core.ts';
import { addMember } from './emit-comprehension.ts';
import { type CollectingRule, emitCollectingRule, emitValueRule } from './emit-rule.ts';
import type { PolicyTables } from './emitter.ts';
import { DocumentBuilder } from './document-builder.ts';
import { bytesOfKey } from './meter.ts';
import { type Place, RegoError } from './rego-error.ts';
import { indexRules } from './rule-index.ts';
import type { State, FunctionDocument, VirtualDocument } from './state.ts';
import { RegoSet, type Value, type ValueKey, equalValues } from './value.ts';

/** Estimated bytes of an answer that is kept. */
const BYTES_PER_ANSWER = 64;

const NO_ARGUMENTS: readonly Value[] = [];

const TWO_VALUES = 'complete rules must not produce multiple outputs';
const TWO_RESULTS = 'functions must not produce multiple outputs for same inputs';

/** What is made of the rules at one place. */
interface Made {
  readonly policy: PolicyTables;
  readonly path: readonly string[];
  readonly rules: readonly CoreRule[];
}

/** A document of complete rules, of a set, or of both at any depth. */
export function makeDocument(made: Made): VirtualDocument {
  const id = made.policy.newId();
  const { path, rules } = made;
  const at = (rules[0] as CoreRule).at;
  let run: ((state: State) => Value | undefined) | undefined;
  return {
    id,
    path,
    evaluate: (state) => {
      run ??= emitDocument(made);
      state.enter(at);
      const value = run(state);
      state.leave();
      return value;
    },
  };
}

function emitDocument(made: Made): (state: State) => Value | undefined {
  const isWhole = made.rules.every(
    (rule) => rule.prefix.length === made.path.length && hasNoKeys(rule),
  );
  if (!isWhole) return emitTree(made);
  return made.rules.some((rule) => rule.isMember) ? emitSet(made) : emitComplete(made);
}

function hasNoKeys(rule: CoreRule): boolean {
  return rule.branches.every(({ keys }) => keys.length === 0);
}

/** Runs rules of one value each; all that have one must agree. */
function emitComplete({ policy, rules }: Made): (state: State) => Value | undefined {
  const run = emitAgreeing(policy, rules, TWO_VALUES);
  return (state) => run(state, NO_ARGUMENTS);
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

/** Makes something when it is first wanted. */
function onFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
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

function emitSet({ policy, rules }: Made): (state: State) => Value {
  const emitted = rules.map((rule) =>
    onFirstUse(() =>
      emitCollectingRule<Map<ValueKey, Value>>(policy, rule, (members, { value, state, at }) => {
        addMember(members, value, { state, at });
      }),
    ),
  );
  const select = indexRules(rules, emitted);
  return (state) => {
    const members = new Map<ValueKey, Value>();
    for (const rule of select(state, NO_ARGUMENTS)) rule().run(state, members);
    return RegoSet.keyed(members);
  };
}

/** Rules with keys, and those within their extent, build one object. */
function emitTree({ policy, path, rules }: Made): (state: State) => Value {
  const emitted = rules.map((rule) => onFirstUse(() => emitBuilding(policy, rule, path.length)));
  const select = indexRules(rules, emitted);
  return (state) => {
    const builder = new DocumentBuilder();
    for (const rule of select(state, NO_ARGUMENTS)) rule().run(state, builder);
    return builder.finish();
  };
}

function emitBuilding(
  policy: PolicyTables,
  rule: CoreRule,
  depth: number,
): CollectingRule<DocumentBuilder> {
  const fixed = rule.prefix.slice(depth);
  return emitCollectingRule(policy, rule, (builder, { keys, value, state, at }) => {
    state.run.meter.allocate(bytesOfKey(value), at);
    const place = [...fixed, ...keys];
    if (rule.isMember) builder.add(place, value, at);
    else builder.put(place, value, at);
  });
}

/** A function; its answers are kept as long as input and data are the same. */
export function makeFunction(made: Made): FunctionDocument {
  const { policy, path, rules } = made;
  const at = (rules[0] as CoreRule).at;
  let run: RunAgreeing | undefined;
  const document: FunctionDocument = {
    id: policy.newId(),
    path,
    call: (state, args) => {
      run ??= emitAgreeing(policy, rules, TWO_RESULTS);
      const answers = answersFor(state.answers(document), args);
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
  return document;
}

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
