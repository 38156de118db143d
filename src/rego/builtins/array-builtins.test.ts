import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['array.concat([1], [2, 3])', '[1, 2, 3]'],
  ['array.slice([1, 2, 3], 1, 2)', '[2]'],
  ['array.slice([1, 2, 3], -5, 99)', '[1, 2, 3]'],
  ['array.slice([1, 2, 3], 2, 1)', '[]'],
  ['array.reverse([1, 2])', '[2, 1]'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});
