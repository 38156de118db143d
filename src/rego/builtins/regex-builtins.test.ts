import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['regex.match("^a+$", "aaa")', 'true'],
  ['regex.is_valid("(")', 'false'],
  ['regex.find_n("a.", "abacad", 2)', '["ab", "ac"]'],
  ['regex.find_all_string_submatch_n("a(.)", "abac", -1)', '[["ab", "b"], ["ac", "c"]]'],
  ['regex.replace("abab", "a(b)", "<$1>")', '"<b><b>"'],
  ['regex.split(",", "a,b")', '["a", "b"]'],
  ['regex.template_match("urn:{.*}", "urn:x", "{", "}")', 'true'],
  ['regex.globs_match("a.*", "abc.*")', 'true'],
  ['regex.match("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['regex.match("(", "a")', 'eval_builtin_error'],
  ['regex.match("((a{1,1000}){1,1000}){1,1000}", "a")', 'eval_builtin_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
