/**
 * Documents to which many rules add: sets, and objects whose keys come out of rules. Where the keys
 * of a place in one are known, only the rules run that can give it, with those keys in their heads'
 * variables; two values conflict there only where both are at that place, as in OPA.
 */
import type { CoreRule } from '../compile/core.ts';
import { DocumentBuilder } from './document-builder.ts';
import { addMember } from './emit-comprehension.ts';
import { type Add, type Collecting, type CollectingRule, emitCollectingRule } from './emit-rule.ts';
import type { PolicyTables } from './emitter.ts';
import { lookUp } from '../model/look-up.ts';
import { bytesOfKey } from '../model/meter.ts';
import { onFirstUse } from './on-first-use.ts';
import { indexRules, type SelectRules } from './rule-index.ts';
import type { State } from './state.ts';
import { RegoSet, type Value, type ValueKey, equalValues } from '../model/value.ts';

/** What is made of the rules at one place. */
export interface Made {
  readonly policy: PolicyTables;
  readonly path: readonly string[];
  readonly rules: readonly CoreRule[];
}

/** Gives a document, or what lies in it at as many keys as were said to be known. */
export type RunDocument = (state: State, keys: readonly Value[]) => Value | undefined;

/** How many keys of a document are made by its rules, at most; 0 where all give one value. */
export function depthOf({ path, rules }: Made): number {
  const depths = rules.map((rule) => {
    const keys = Math.max(...rule.branches.map((branch) => branch.keys.length));
    return rule.prefix.length - path.length + keys + (rule.isMember ? 1 : 0);
  });
  return Math.max(...depths);
}

/** Emits what gives a document, or (`known` above 0) what lies at some first keys of it. */
export function emitCollected(made: Made, known: number): RunDocument {
  const isSet = depthOf(made) === 1 && made.rules.every((rule) => rule.isMember);
  if (!isSet) return emitTree(made, known);
  return known === 0 ? emitSet(made) : emitMember(made);
}

function emitSet(made: Made): RunDocument {
  const select = emitRules<Map<ValueKey, Value>>(made, 0, () => (members, { value, state, at }) => {
    addMember(members, value, { state, at });
  });
  return (state, keys) => {
    const members = new Map<ValueKey, Value>();
    for (const rule of select(state, keys)) rule().run(state, members, keys);
    return RegoSet.keyed(members);
  };
}

/** A member that is looked for. */
interface Sought {
  readonly member: Value;
  isFound: boolean;
}

function emitMember(made: Made): RunDocument {
  const select = emitRules<Sought>(made, 1, () => (sought, { value }) => {
    sought.isFound ||= equalValues(value, sought.member);
  });
  return (state, keys) => {
    const sought: Sought = { member: keys[0] as Value, isFound: false };
    for (const rule of select(state, NOTHING)) {
      rule().run(state, sought, keys);
      if (sought.isFound) return sought.member;
    }
    return undefined;
  };
}

const NOTHING: readonly Value[] = [];

/**
 * Rules with keys, and those within their extent, build one object. Where all keys are constants
 * each place is a complete rule's to OPA, and has its default; else defaults say nothing.
 */
function emitTree(made: Made, known: number): RunDocument {
  const areComplete = made.rules.every(hasConstantKeys);
  const problem = areComplete ? TWO_VALUES : 'object keys must be unique';
  const adder = (rule: CoreRule): Add<DocumentBuilder> => adderOf(rule, made.path.length);
  const select = emitRules(made, known, adder);
  const byDefault = areComplete ? made.rules.filter(({ isDefault }) => isDefault) : [];
  const defaults = byDefault.map((rule) => emitRule(made, rule, { known, add: adder(rule) }));
  return (state, keys) => {
    const builder = new DocumentBuilder(problem);
    for (const rule of select(state, NOTHING)) rule().run(state, builder, keys);
    for (const rule of defaults) rule().run(state, builder, keys);
    return keys.reduce(lookUp, builder.finish());
  };
}

/** What is said where complete rules give two values. */
export const TWO_VALUES = 'complete rules must not produce multiple outputs';

function hasConstantKeys(rule: CoreRule): boolean {
  return rule.branches.every(({ keys }) => keys.every(({ kind }) => kind === 'const'));
}

function adderOf(rule: CoreRule, depth: number): Add<DocumentBuilder> {
  const fixed = rule.prefix.slice(depth);
  return (builder, { keys, value, state, at }) => {
    state.run.meter.allocate(bytesOfKey(value), at);
    const place = [...fixed, ...keys];
    if (rule.isMember) builder.add(place, value, at);
    else if (rule.isDefault) builder.putDefault(place, value, at);
    else builder.put(place, value, at);
  };
}

/** The rules of a document that are no defaults; those that can hold are selected. */
function emitRules<T>(
  made: Made,
  known: number,
  adder: (rule: CoreRule) => Add<T>,
): SelectRules<() => CollectingRule<T>> {
  const own = made.rules.filter((rule) => !rule.isDefault);
  const emitted = own.map((rule) => emitRule(made, rule, { known, add: adder(rule) }));
  return indexRules(own, emitted);
}

/** A rule that becomes closures when it is first run. */
function emitRule<T>(
  { policy, path }: Made,
  rule: CoreRule,
  how: Omit<Collecting<T>, 'depth'>,
): () => CollectingRule<T> {
  return onFirstUse(() => emitCollectingRule(policy, rule, { ...how, depth: path.length }));
}
