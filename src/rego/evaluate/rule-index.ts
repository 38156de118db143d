/**
 * Which rules of a document can hold at all: a rule that wants `input.a.b == "x"`, or an argument
 * equal to a constant, is looked at only where that is so. Large sets of rules are mostly about
 * different kinds of objects, so one look-up leaves out most of them.
 */
import type { Core, CoreRule, Literal } from '../compile/core.ts';
import { member } from '../model/look-up.ts';
import { onFirstUse } from './on-first-use.ts';
import type { State } from './state.ts';
import type { Value } from '../model/value.ts';

/** Answers the rules that can hold, in their order. */
export type SelectRules<T> = (state: State, args: readonly Value[]) => readonly T[];

type Scalar = null | boolean | number | string;
type Read = (state: State, args: readonly Value[]) => Value | undefined;

/** What a rule wants of its input or arguments. */
interface Condition {
  /** Which place of input, or which argument. */
  readonly source: string;
  readonly read: Read;
  readonly wanted: Scalar;
}

interface Indexed<T> {
  readonly rule: T;
  readonly conditions: readonly Condition[];
}

/** With fewer rules, trying them all is as fast. */
const MIN_RULES = 4;

/** Indexes rules; `made` are their closures, or what will make them. */
export function indexRules<T>(rules: readonly CoreRule[], made: readonly T[]): SelectRules<T> {
  const indexed = rules.map((rule, index) => ({
    rule: made[index] as T,
    conditions: conditionsOf(rule),
  }));
  return select(indexed, new Set());
}

function select<T>(rules: readonly Indexed<T>[], used: ReadonlySet<string>): SelectRules<T> {
  const best = commonest(rules, used);
  if (best === undefined || rules.length < MIN_RULES) {
    const all = rules.map(({ rule }) => rule);
    return () => all;
  }
  const { read, source } = best;
  const inner = new Set([...used, source]);
  const fitting = (value: Scalar | undefined) => (each: Indexed<T>) => {
    const condition = wantedOf(each, source);
    return condition === undefined || condition.wanted === value;
  };
  const bucketOf = (value: Scalar | undefined): (() => SelectRules<T>) =>
    onFirstUse(() => select(rules.filter(fitting(value)), inner));
  const values = new Set(rules.map((each) => wantedOf(each, source)?.wanted));
  const buckets = new Map<unknown, () => SelectRules<T>>(
    [...values].map((value) => [value, bucketOf(value)]),
  );
  const rest = bucketOf(undefined);
  return (state, args) => (buckets.get(read(state, args)) ?? rest)()(state, args);
}

function wantedOf<T>({ conditions }: Indexed<T>, source: string): Condition | undefined {
  return conditions.find((condition) => condition.source === source);
}

/** A condition on what most rules have one on. */
function commonest<T>(
  rules: readonly Indexed<T>[],
  used: ReadonlySet<string>,
): Condition | undefined {
  const counts = new Map<string, { readonly condition: Condition; count: number }>();
  for (const condition of rules.flatMap(({ conditions }) => conditions)) {
    if (used.has(condition.source)) continue;
    const known = counts.get(condition.source);
    if (known) known.count += 1;
    else counts.set(condition.source, { condition, count: 1 });
  }
  const [first] = [...counts.values()].toSorted((a, b) => b.count - a.count);
  return first && first.count > 1 ? first.condition : undefined;
}

/** The conditions of a rule's body; a rule with `else` may hold without them. */
function conditionsOf(rule: CoreRule): readonly Condition[] {
  const [branch, ...others] = rule.branches;
  if (branch === undefined || others.length > 0) return [];
  return branch.body.flatMap((literal) => conditionOf(rule, literal));
}

function conditionOf(rule: CoreRule, literal: Literal): readonly Condition[] {
  if (literal.kind !== 'unify' || literal.with.length > 0) return [];
  const { left, right } = literal;
  const [node, constant] = right.kind === 'const' ? [left, right] : [right, left];
  if (constant.kind !== 'const' || !isScalar(constant.value)) return [];
  const source = sourceOf(rule, node);
  return source === undefined ? [] : [{ ...source, wanted: constant.value }];
}

function isScalar(value: Value): value is Scalar {
  return value === null || ['boolean', 'number', 'string'].includes(typeof value);
}

function sourceOf(rule: CoreRule, node: Core): Omit<Condition, 'wanted'> | undefined {
  if (node.kind === 'local') {
    const index = rule.arguments.indexOf(node.local);
    if (index < 0) return undefined;
    return { source: `argument ${index}`, read: (_, args) => args[index] };
  }
  if (node.kind !== 'ref' || node.head.kind !== 'input') return undefined;
  const path: string[] = [];
  for (const key of node.path) {
    if (key.kind !== 'const' || typeof key.value !== 'string') return undefined;
    path.push(key.value);
  }
  return { source: JSON.stringify(path), read: (state) => inputAt(state, path) };
}

function inputAt(state: State, path: readonly string[]): Value | undefined {
  let value = state.input;
  for (let index = 0; index < path.length && value !== undefined; index += 1) {
    value = member(value, path[index] as string);
  }
  return value;
}
