/** Comparison: Rego's order covers all values, so that these never fail. */
import type { Builtin } from '../model/builtin.ts';
import { lookUp } from '../model/look-up.ts';
import {
  RegoSet,
  compareValues,
  equalValues,
  isArrayValue,
  sortedPairs,
  typeOf,
} from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { membersOf } from './operands.ts';

/** The builtins of comparison and membership; `eq` (unification) is the evaluator's own. */
export const comparisonBuiltins: readonly Builtin[] = [
  compare('equal', (a, b) => equalValues(a, b)),
  compare('neq', (a, b) => !equalValues(a, b)),
  compare('lt', (a, b) => compareValues(a, b) < 0),
  compare('lte', (a, b) => compareValues(a, b) <= 0),
  compare('gt', (a, b) => compareValues(a, b) > 0),
  compare('gte', (a, b) => compareValues(a, b) >= 0),
  compare('internal.member_2', isMember),
  {
    name: 'internal.member_3',
    args: ['any', 'any', 'any'],
    result: 'boolean',
    call: ([key, value, of]) => isMemberAt([key as Value, value as Value], of as Value),
  },
];

function compare(name: string, test: (a: Value, b: Value) => boolean): Builtin {
  return {
    name,
    args: ['any', 'any'],
    result: 'boolean',
    call: ([a, b]) => test(a as Value, b as Value),
  };
}

function isMember(value: Value, of: Value): boolean {
  if (of instanceof RegoSet) return of.has(value);
  if (isArrayValue(of)) return membersOf(of).some((item) => equalValues(item, value));
  if (typeOf(of) !== 'object') return false;
  return sortedPairs(of as ObjectValue).some(([, item]) => equalValues(item, value));
}

function isMemberAt([key, value]: [Value, Value], of: Value): boolean {
  const found = lookUp(of, key);
  return found !== undefined && equalValues(found, value);
}
