import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['contains("abc", "b")', 'true'],
  ['split("a.b", ".")', '["a", "b"]'],
  ['split("héy", "")', '["h", "é", "y"]'],
  ['concat(",", ["a", "b"])', '"a,b"'],
  ['indexof("aéb", "b")', '2'],
  ['indexof_n("aba", "a")', '[0, 2]'],
  ['substring("héllo", 1, 3)', '"éll"'],
  ['substring("abc", 1, -1)', '"bc"'],
  ['replace("aaa", "a", "b")', '"bbb"'],
  ['strings.replace_n({"<": "&lt;"}, "<a")', '"&lt;a"'],
  ['strings.reverse("aé")', '"éa"'],
  ['upper("straße")', '"STRAßE"'],
  ['lower("ΟΔΟΣ İ")', '"οδοσ i"'],
  ['trim("xaxx", "x")', '"a"'],
  ['trim_space(" a\\t")', '"a"'],
  ['trim_prefix("abab", "ab")', '"ab"'],
  ['format_int(255, 16)', '"ff"'],
  ['sprintf("%v %s %d", [[1, "a"], "b", 3])', '"[1, \\"a\\"] b 3"'],
  ['sprintf("%d", ["x"])', '"%!d(string=x)"'],
  ['sprintf("%s", [])', '"%!s(MISSING)"'],
  ['sprintf("a", [1])', '"a%!(EXTRA int=1)"'],
  ['sprintf("%05d|%-4s|%x", [42, "a", 255])', '"00042|a   |ff"'],
  ['sprintf("%.1f %.0f", [2.25, 2.5])', '"2.2 2"'],
  ['sprintf("%.2e", [1.125])', '"1.12e+00"'],
  ['strings.any_prefix_match("abc", ["x", "ab"])', 'true'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['substring("abc", -1, 1)', 'negative offset'],
  ['format_int(1, 3)', 'must be one of {2, 8, 10, 16}'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
