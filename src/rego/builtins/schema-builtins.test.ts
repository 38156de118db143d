import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['json.match_schema({"a": 1}, {"properties": {"a": {"type": "integer"}}})[0]', 'true'],
  ['json.match_schema({"a": "x"}, {"properties": {"a": {"type": "integer"}}})[0]', 'false'],
  ['json.verify_schema({"type": "object"})', '[true, null]'],
  ['json.verify_schema({"type": 1})[0]', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['json.match_schema({}, {"$ref": "#"})', 'eval_'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
