import { expect, test } from 'vitest';
import { SMALL_LIMITS, regoAnswer } from '../../../test/support/call-builtin.ts';

const READ: readonly (readonly [yaml: string, wanted: string])[] = [
  ['', 'null'],
  ['a: [1, x]', '{"a": [1, "x"]}'],
  [
    '[yes, on, y, No, OFF, n, True, ~, Null]',
    '[true, true, true, false, false, false, true, null, null]',
  ],
  ['[\'yes\', "no", yEs, tRue]', '["yes", "no", "yEs", "tRue"]'],
  ['[0o17, 017, 08, 0x1F, 0b11, -0x1, 1_000, +7]', '[15, 15, 8, 31, 3, -1, 1000, 7]'],
  ['[1.5, .5, 1., 1e3, -1.5e-3, 1:30]', '[1.5, 0.5, 1, 1000, -0.0015, "1:30"]'],
  ['[2001-01-01, 2001-01-01T00:00:00Z]', '["2001-01-01", "2001-01-01T00:00:00Z"]'],
  ['12345678901234567890123', '12345678901234567890123'],
  ['[!!str 5, !!int "7", !!float 1, !!binary aGk=, !foo bar]', '["5", 7, 1, "hi", "bar"]'],
  ['{on: 1, 2: 3, 1.5: 4, no: 5}', '{"1.5": 4, "2": 3, "false": 5, "true": 1}'],
  ['a: 1\na: 2', '{"a": 2}'],
  ['a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}', '{"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}'],
  ['a: &x {p: 1}\nb: {<<: [{p: 9}, *x]}', '{"a": {"p": 1}, "b": {"p": 9}}'],
  ['- &x 1\n- *x\n- &x 2\n- *x', '[1, 1, 2, 2]'],
  ['a\n---\nb: [', '"a"'],
  ['%YAML 1.1\n---\na: yes', '{"a": true}'],
  ['- a\n-\n- [b: 1]', '["a", null, [{"b": 1}]]'],
  ['a: |\n  x\n  y\nb: >\n  x\n  y\n', '{"a": "x\\ny\\n", "b": "x y\\n"}'],
  ['__proto__: {a: 1}\nconstructor: 2', '{"__proto__": {"a": 1}, "constructor": 2}'],
];

test.each(READ)('%j reads as %s', (yaml, wanted) => {
  expect(regoAnswer('yaml.unmarshal(input)', yaml)).toBe(wanted);
  expect(regoAnswer('yaml.is_valid(input)', yaml)).toBe('true');
});

const REFUSED: readonly (readonly [problem: string, yaml: string])[] = [
  ['a sequence that does not end', 'a: ['],
  ['a number that JSON has not', 'a: .inf'],
  ['a list as a key', '? [a]\n: b'],
  ['null as a key', '~: b'],
  ['an anchor within itself', 'a: &a [*a]'],
  ['an anchor that is not there', 'a: *b'],
  ['a merge of what is no map', 'a: {<<: 1}'],
  ['a tag that its text does not fit', '!!int x'],
  ['a hundred thousand brackets', '['.repeat(100_000)],
  ['a hundred thousand maps in each other', '{a: '.repeat(100_000)],
  ['a hundred thousand dashes', '- '.repeat(100_000)],
];

test.each(REFUSED)('%s is refused', (_, yaml) => {
  expect(regoAnswer('yaml.unmarshal(input)', yaml)).toMatch(
    /^eval_builtin_error: yaml.unmarshal: /,
  );
  expect(regoAnswer('yaml.is_valid(input)', yaml)).toBe('false');
});

/** Each anchor holds the one before nine times. */
const BOMB = Array.from({ length: 40 }, (_, at) =>
  at === 0 ? 'a0: &a0 [x]' : `a${at}: &a${at} [${`*a${at - 1},`.repeat(9)}]`,
).join('\n');

test('a bomb of anchors is as small as its text until someone goes through it', () => {
  expect(regoAnswer('count(yaml.unmarshal(input))', BOMB)).toBe('40');
  expect(regoAnswer('yaml.unmarshal(input)', BOMB, SMALL_LIMITS)).toMatch(/^eval_limit_error: /);
});

test('a text of megabytes is refused before it is parsed', () => {
  expect(regoAnswer('yaml.is_valid(input)', '- a\n'.repeat(500_000))).toMatch(
    /^eval_limit_error: /,
  );
});
