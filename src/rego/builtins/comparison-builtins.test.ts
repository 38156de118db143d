import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['null < false', 'true'],
  ['true < 0', 'true'],
  ['9 < "a"', 'true'],
  ['"z" < []', 'true'],
  ['[] < {}', 'true'],
  ['{"a": 1} < set()', 'true'],
  ['[1, 2] < [1, 2, 0]', 'true'],
  ['1 == 1.0', 'true'],
  ['{1, 2} == {2, 1}', 'true'],
  ['2 in [1, 2]', 'true'],
  ['2 in {"a": 2}', 'true'],
  ['"a", 2 in {"a": 2}', 'true'],
  ['3 in {1, 2}', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});
