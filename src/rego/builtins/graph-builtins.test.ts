import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['graph.reachable({"a": ["b"], "b": ["a"]}, ["a"])', '{"a", "b"}'],
  ['graph.reachable({"a": ["x"]}, {"a"})', '{"a"}'],
  ['graph.reachable_paths({"a": ["b"], "b": []}, {"a"})', '{["a", "b"]}'],
  ['graph.reachable_paths({"a": ["b"], "b": ["a"]}, {"a"})', '{["a", "b"]}'],
  ['count([p | walk([1, [2]], [p, _])])', '4'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  [
    'graph.reachable_paths({n: numbers.range(1, 30) | some n in numbers.range(1, 30)}, {1})',
    'eval_limit_error',
  ],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
