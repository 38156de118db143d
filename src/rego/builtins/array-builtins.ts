/** Arrays: joined, cut, turned round, flattened by one level. */
import type { Builtin } from '../builtin.ts';
import { isArrayValue } from '../value.ts';
import type { Value } from '../value.ts';
import { smallIntegerOperand } from './operands.ts';

type List = readonly Value[];

/** The builtins of `array.`. */
export const arrayBuiltins: readonly Builtin[] = [
  {
    name: 'array.concat',
    args: ['array', 'array'],
    result: 'array',
    call: ([a, b]) => [...(a as List), ...(b as List)],
  },
  { name: 'array.slice', args: ['array', 'number', 'number'], result: 'array', call: slice },
  {
    name: 'array.reverse',
    args: ['array'],
    result: 'array',
    call: ([a]) => (a as List).toReversed(),
  },
  {
    name: 'array.flatten',
    args: ['array'],
    result: 'array',
    call: ([a]) => (a as List).flatMap((item) => (isArrayValue(item) ? item : [item])),
  },
];

/** Indices outside the array are drawn to its ends; an end before the start gives nothing. */
function slice([array, from, to]: readonly Value[]): List {
  const start = Math.max(0, smallIntegerOperand(from as Value, 2));
  const stop = smallIntegerOperand(to as Value, 3);
  return stop <= start ? [] : (array as List).slice(start, stop);
}
