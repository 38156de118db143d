import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['object.get({"a": {"b": 1}}, ["a", "b"], 0)', '1'],
  ['object.get({"a": 1}, "x", 0)', '0'],
  ['object.keys({"a": 1})', '{"a"}'],
  ['object.remove({"a": 1, "b": 2}, ["a"])', '{"b": 2}'],
  ['object.filter({"a": 1, "b": 2}, {"a"})', '{"a": 1}'],
  ['object.union({"a": {"x": 1}}, {"a": {"y": 2}})', '{"a": {"x": 1, "y": 2}}'],
  ['object.union_n([{"a": 1}, {"a": 2}])', '{"a": 2}'],
  ['object.subset({"a": [1, 2]}, {"a": [1, 2]})', 'true'],
  ['json.filter({"a": {"b": 1, "c": 2}}, ["a/b"])', '{"a": {"b": 1}}'],
  ['json.remove({"a": {"b": 1, "c": 2}}, ["a/b"])', '{"a": {"c": 2}}'],
  ['json.patch({"a": 1}, [{"op": "add", "path": "b", "value": 2}])', '{"a": 1, "b": 2}'],
  ['json.patch([1], [{"op": "add", "path": "/-", "value": 2}])', '[1, 2]'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['json.patch({"a": 1}, [{"op": "test", "path": "/a", "value": 2}])', 'eval_builtin_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
