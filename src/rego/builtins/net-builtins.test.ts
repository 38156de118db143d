import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['net.cidr_contains("10.0.0.0/8", "10.1.2.3")', 'true'],
  ['net.cidr_contains("10.0.0.0/8", "11.0.0.0/9")', 'false'],
  ['net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16")', 'true'],
  ['net.cidr_expand("10.0.0.0/31")', '{"10.0.0.0", "10.0.0.1"}'],
  ['net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25"])', '{"10.0.0.0/24"}'],
  ['net.cidr_is_valid("10.0.0.1")', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['net.cidr_contains("x", "10.0.0.1")', 'eval_builtin_error'],
  ['count(net.cidr_expand("::/0"))', 'eval_limit_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
