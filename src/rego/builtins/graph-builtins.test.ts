import { expect, test } from 'vitest';
import { SMALL_LIMITS, regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['graph.reachable({"a": ["b"], "b": ["a"]}, ["a"])', '{"a", "b"}'],
  ['graph.reachable({"a": ["x"]}, {"a"})', '{"a"}'],
  ['graph.reachable_paths({"a": ["b"], "b": []}, {"a"})', '{["a", "b"]}'],
  ['graph.reachable_paths({"a": ["b"], "b": ["a"]}, {"a"})', '{["a", "b"]}'],
  ['graph.reachable_paths({"a": ["a"]}, {"a"})', '{["a", "a"]}'],
  [
    'graph.reachable_paths({"a": ["a", "b"], "b": []}, ["a"])',
    '{["a", "a"], ["a", "a", "b"], ["a", "b"]}',
  ],
  ['graph.reachable_paths({"a": ["b", "x"], "b": ["c"]}, ["a"])', '{["a"], ["a", "b"]}'],
  [
    'graph.reachable_paths(json.unmarshal(`{"a": null, "b": ["c"]}`), ["a", "b"])',
    '{["a"], ["b"]}',
  ],
  ['graph.reachable_paths({"a": []}, ["x"])', 'set()'],
  ['graph.reachable({"a": {"b"}, "b": [], [1]: ["a"]}, [[1]])', '{"a", "b", [1]}'],
  ['graph.reachable({}, {"a"})', 'set()'],
  ['count([p | walk([1, [2]], [p, _])])', '4'],
  ['[p | walk({"a": {"x"}}, [p, "x"])]', '[["a", "x"]]'],
  ['{p | walk({"__proto__": {"constructor": 1}}, [p, 1])}', '{["__proto__", "constructor"]}'],
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
  expect(regoAnswer(expression, {}, SMALL_LIMITS)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression, {}, SMALL_LIMITS)).toContain(problem);
});
