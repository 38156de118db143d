import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['units.parse("10Ki")', '10240'],
  ['units.parse("500m")', '0.5'],
  ['units.parse("1M")', '1000000'],
  ['units.parse_bytes("1.5KB")', '1500'],
  ['units.parse_bytes("1MiB")', '1048576'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['units.parse_bytes("")', 'no byte amount provided'],
  ['units.parse("1 K")', 'spaces not allowed'],
  ['units.parse("1x")', 'not recognized'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
