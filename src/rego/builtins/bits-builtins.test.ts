import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['bits.or(5, 2)', '7'],
  ['bits.and(6, 3)', '2'],
  ['bits.xor(6, 3)', '5'],
  ['bits.negate(0)', '-1'],
  ['bits.lsh(1, 70)', '1180591620717411303424'],
  ['bits.rsh(-8, 1)', '-4'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['bits.lsh(1, -1)', 'must be an unsigned integer'],
  ['bits.lsh(1, 1000000000)', 'eval_limit_error: a number of more than 32768 bits'],
  ['bits.and(1.5, 1)', 'must be integer number but got floating-point'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
