import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['count("héllo")', '5'],
  ['count({"a": 1, "b": 2})', '2'],
  ['sum([1, 2.5])', '3.5'],
  ['sum([])', '0'],
  ['product([2, 3])', '6'],
  ['product([])', '1'],
  ['max([])', 'undefined'],
  ['max([1, "a", [0]])', '[0]'],
  ['min({3, 1})', '1'],
  ['sort({3, 1, 2})', '[1, 2, 3]'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  [
    'sum(json.unmarshal(`["a"]`))',
    'operand 1 must be array of numbers but got array containing string',
  ],
  [
    'product({json.unmarshal(`"a"`)})',
    'operand 1 must be set of numbers but got set containing string',
  ],
  ['sum(json.unmarshal("1"))', 'operand 1 must be one of {set, array} but got number'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
