import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['1 + 2', '3'],
  ['0.1 + 0.2', '0.3'],
  ['9007199254740993 + 1', '9007199254740994'],
  ['7 - 10', '-3'],
  ['{1, 2, 3} - {2}', '{1, 3}'],
  ['1 / 0', 'eval_builtin_error: div: divide by zero'],
  ['6 / 3', '2'],
  ['1 / 4', '0.25'],
  ['-7 % 3', '-1'],
  ['1.5 % 1', 'eval_builtin_error: rem: modulo on floating-point number'],
  ['round(2.5)', '3'],
  ['round(-2.5)', '-3'],
  ['ceil(1.1)', '2'],
  ['floor(-1.1)', '-2'],
  ['abs(-3)', '3'],
  ['1e30 + 0.5', `1${'0'.repeat(30)}`],
  ['1 / 3', '0.33333333333333333334'],
  ['2 / 3', '0.6666666666666666667'],
  ['1.1 + 2.2', '3.3000000000000000002'],
  ['floor(-0.5)', '-1'],
  ['ceil(-0.5)', '0'],
  ['ceil(0.1)', '1'],
  ['round(0.49)', '0'],
  ['round(1e300)', `1${'0'.repeat(300)}`],
  ['floor(1e-4000)', '0'],
  ['abs(-1.5)', '1.5'],
  ['10 % 18446744073709551616', '10'],
  ['1e-4000 < 1e-3999', 'true'],
  ['numbers.range(1, 3)', '[1, 2, 3]'],
  ['numbers.range(3, 1)', '[3, 2, 1]'],
  ['numbers.range_step(0, 10, 4)', '[0, 4, 8]'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['{1} - 1', 'eval_type_error'],
  ['numbers.range_step(0, 1, 0)', 'step must be a positive'],
  ['numbers.range(1, 1000000000000)', 'eval_limit_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

/** Attacks that would make numbers grow until nothing else is done. */
test.each([
  'product([1e300 | numbers.range(1, 200)[_]])',
  'product([1e-300 | numbers.range(1, 200)[_]])',
  '1e4000 * 1e4000 * 1e4000',
  '1e-4000 / 1e4000 / 1e4000',
  'numbers.range_step(1, 1e300, 1e200)',
])('%s ends at a limit', (expression) => {
  expect(regoAnswer(expression)).toMatch(/^eval_limit_error: /);
});
