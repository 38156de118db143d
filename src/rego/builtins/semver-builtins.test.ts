import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['semver.compare("1.0.0", "1.0.0-rc.1")', '1'],
  ['semver.compare("1.0.0-2", "1.0.0-10")', '-1'],
  ['semver.compare("1.0.0+a", "1.0.0+b")', '0'],
  ['semver.is_valid("1.0")', 'false'],
  ['semver.is_valid(1)', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['semver.compare("x", "1.0.0")', 'not a valid SemVer'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
