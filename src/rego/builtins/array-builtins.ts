/** Arrays: joined, cut, turned round, flattened by one level. */
import type { Builtin } from '../model/builtin.ts';
import { isArrayValue } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { countMembers } from '../model/value-work.ts';
import { smallIntegerOperand } from './operands.ts';

type List = readonly Value[];

/** Of a place in a list, of which there is one copy while it grows. */
const BYTES_PER_MEMBER = 12;

/** The builtins of `array.`. */
export const arrayBuiltins: readonly Builtin[] = [
  {
    name: 'array.concat',
    args: ['array', 'array'],
    result: 'array',
    call: ([a, b]) => {
      const [first, second] = [a as List, b as List];
      countMembers(first.length + second.length, BYTES_PER_MEMBER);
      return [...first, ...second];
    },
  },
  { name: 'array.slice', args: ['array', 'number', 'number'], result: 'array', call: slice },
  {
    name: 'array.reverse',
    args: ['array'],
    result: 'array',
    call: ([a]) => {
      countMembers((a as List).length, BYTES_PER_MEMBER);
      return (a as List).toReversed();
    },
  },
  {
    name: 'array.flatten',
    args: ['array'],
    result: 'array',
    call: ([a]) => flatten(a as List),
  },
];

/** By one level; what is shared within is as many members as it is listed. */
function flatten(list: List): List {
  let size = 0;
  for (const item of list) size += isArrayValue(item) ? item.length : 1;
  countMembers(size, BYTES_PER_MEMBER);
  return list.flatMap((item) => (isArrayValue(item) ? item : [item]));
}

/** Indices outside the array are drawn to its ends; an end before the start gives nothing. */
function slice([array, from, to]: readonly Value[]): List {
  const start = Math.max(0, smallIntegerOperand(from as Value, 2));
  const stop = smallIntegerOperand(to as Value, 3);
  if (stop <= start) return [];
  countMembers(Math.min(stop, (array as List).length) - start, BYTES_PER_MEMBER);
  return (array as List).slice(start, stop);
}
