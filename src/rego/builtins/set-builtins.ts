/** Sets: union, intersection, difference. */
import { operandFailure } from '../model/builtin.ts';
import type { Builtin } from '../model/builtin.ts';
import { RegoSet, typeOf } from '../model/value.ts';
import type { Value } from '../model/value.ts';

/** The builtins over sets; `-` stands with arithmetic. */
export const setBuiltins: readonly Builtin[] = [
  two('and', intersect),
  two('or', (a, b) => RegoSet.of([...a.unordered(), ...b.unordered()])),
  two('set_diff', (a, b) => RegoSet.of(a.values.filter((member) => !b.has(member)))),
  {
    name: 'intersection',
    args: ['set'],
    result: 'set',
    call: ([sets]) => {
      const [first = RegoSet.of([]), ...others] = setsOf(sets as RegoSet);
      return others.reduce(intersect, first);
    },
  },
  {
    name: 'union',
    args: ['set'],
    result: 'set',
    call: ([sets]) => RegoSet.of(setsOf(sets as RegoSet).flatMap((set) => set.values)),
  },
];

function two(name: string, compute: (a: RegoSet, b: RegoSet) => Value): Builtin {
  return {
    name,
    args: ['set', 'set'],
    result: 'set',
    call: ([a, b]) => compute(a as RegoSet, b as RegoSet),
  };
}

function intersect(a: RegoSet, b: RegoSet): RegoSet {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  return RegoSet.of([...small.unordered()].filter((member) => large.has(member)));
}

function setsOf(sets: RegoSet): RegoSet[] {
  return sets.values.map((set) => {
    if (set instanceof RegoSet) return set;
    throw operandFailure(1, `must be set but got ${typeOf(set)}`);
  });
}
