import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['{1, 2} & {2, 3}', '{2}'],
  ['{1} | {2}', '{1, 2}'],
  ['union({{1}, {2}})', '{1, 2}'],
  ['intersection({{1, 2}, {2}})', '{2}'],
  ['intersection(set())', 'set()'],
  ['union(set())', 'set()'],
  ['union({json.unmarshal("1")})', 'eval_type_error: union: operand 1 must be set but got number'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});
