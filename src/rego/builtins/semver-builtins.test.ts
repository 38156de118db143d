import fc from 'fast-check';
import { compare } from 'semver';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['semver.compare("1.0.0", "1.0.0-rc.1")', '1'],
  ['semver.compare("1.0.0-2", "1.0.0-10")', '-1'],
  ['semver.compare("1.0.0+a", "1.0.0+b")', '0'],
  ['semver.is_valid("1.0")', 'false'],
  ['semver.is_valid("v1.1.12-rc1+foo")', 'true'],
  ['semver.is_valid("vv1.0.0")', 'false'],
  ['semver.is_valid("01.2.3")', 'true'],
  ['semver.is_valid("1.2.3-")', 'true'],
  ['semver.is_valid("1.2.3+")', 'true'],
  ['semver.is_valid("1.2.3-a..b")', 'false'],
  ['semver.is_valid("1.2.3.4")', 'false'],
  ['semver.is_valid("1.2.-3")', 'false'],
  ['semver.is_valid("1.2.9223372036854775808")', 'false'],
  ['semver.compare("v1.02.3", "1.2.3-")', '0'],
  ['semver.compare("1.0.0-alpha", "1.0.0-1")', '1'],
  ['semver.compare("1.0.0-a.b", "1.0.0-a")', '1'],
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

const part = fc.constantFrom('0', '1', '2', '10', 'a', 'b-', 'A');
const numbers = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)).map((list) => list.join('.'));
const versions = fc
  .tuple(numbers, fc.array(part, { maxLength: 3 }))
  .map(([core, pre]) => (pre.length === 0 ? core : `${core}-${pre.join('.')}`));

test('versions have one order: it turns round, and goes through', () => {
  const order = (a: string, b: string): number =>
    regoValue(`semver.compare("${a}", "${b}")`) as number;
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      expect(order(a, b)).toBe(0 - order(b, a) || 0);
      expect(order(a, a)).toBe(0);
      const isChain = order(a, b) <= 0 && order(b, c) <= 0;
      expect(!isChain || order(a, c) <= 0).toBe(true);
      expect(order(a, b)).toBe(compare(a, b));
    }),
    { numRuns: 60 },
  );
});
