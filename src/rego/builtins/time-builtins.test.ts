import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['time.now_ns()', '1767225600000000000'],
  ['time.parse_rfc3339_ns("2026-01-01T00:00:00Z")', '1767225600000000000'],
  ['time.parse_ns("2006-01-02", "1970-01-02")', '86400000000000'],
  ['time.date(1767225600000000000)', '[2026, 1, 1]'],
  ['time.clock([1767225600000000000, "America/New_York"])', '[19, 0, 0]'],
  ['time.weekday(1767225600000000000)', '"Thursday"'],
  ['time.add_date(0, 0, 1, 0)', '2678400000000000'],
  ['time.diff(86400000000000, 0)', '[0, 0, 1, 0, 0, 0]'],
  ['time.format([0, "UTC", "2006-01-02"])', '"1970-01-01"'],
  ['time.parse_duration_ns("1h")', '3600000000000'],
  ['time.format([1, "UTC", "valueOf"])', '"valueOf"'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['time.parse_duration_ns("x")', 'eval_builtin_error'],
  ['time.parse_rfc3339_ns("2026-13-01T00:00:00Z")', 'eval_builtin_error'],
  ['time.parse_ns("constructor", "x")', 'eval_builtin_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
