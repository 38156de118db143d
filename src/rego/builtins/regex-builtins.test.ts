import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['regex.match("^a+$", "aaa")', 'true'],
  ['regex.is_valid("(")', 'false'],
  ['regex.find_n("a.", "abacad", 2)', '["ab", "ac"]'],
  ['regex.find_all_string_submatch_n("a(.)", "abac", -1)', '[["ab", "b"], ["ac", "c"]]'],
  ['regex.replace("abab", "a(b)", "<$1>")', '"<b><b>"'],
  ['regex.split(",", "a,b")', '["a", "b"]'],
  ['regex.template_match("urn:{.*}", "urn:x", "{", "}")', 'true'],
  ['regex.globs_match("a.*", "abc.*")', 'true'],
  ['regex.globs_match("a*", "b*")', 'false'],
  ['regex.globs_match("a+b*", "a*")', 'true'],
  ['regex.globs_match("[a-cx]+", "[d-w]*x")', 'true'],
  ['regex.globs_match("\\\\*", "[*]")', 'true'],
  ['regex.globs_match("é", ".")', 'true'],
  ['regex.globs_match("[]", ".")', 'false'],
  ['regex.replace("aaa", "^a", "x")', '"xaa"'],
  ['regex.replace("foo", "x*", "-")', '"-f-o-o-"'],
  ['regex.replace("baac", "a*", "x")', '"xbxcx"'],
  [
    'regex.replace("ab", "(?P<n>a)(b)", "$n|${n}|$2$$|$1x|${1}x|$01|$9|$|${")',
    '"a|a|b$||ax|||$|${"',
  ],
  ['regex.replace("a", "(a)", "$constructor$é")', '""'],
  ['regex.split("", "")', '[]'],
  ['regex.split("", "ab")', '["a", "b"]'],
  ['regex.split("b*", "abc")', '["a", "c"]'],
  ['regex.find_n("a", "aaa", 0)', '[]'],
  ['regex.find_n("", "é😀", -1)', '["", "", ""]'],
  ['regex.find_all_string_submatch_n("(a)|(b)", "ab", -1)', '[["a", "a", ""], ["b", "", "b"]]'],
  ['regex.is_valid("(?=a)")', 'false'],
  ['regex.is_valid(json.unmarshal("1"))', 'false'],
  ['regex.match(`^\\pL+$`, "héé")', 'true'],
  ['regex.template_match("a.b:<[0-9]+>", "a.b:12", "<", ">")', 'true'],
  ['regex.template_match("a.b:<[0-9]+>", "aXb:12", "<", ">")', 'false'],
  ['regex.template_match("{a{2}}", "aa", "{", "}")', 'true'],
  ['regex.match("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['regex.match("(", "a")', 'eval_builtin_error'],
  ['regex.split("(", "")', 'eval_builtin_error'],
  [
    'regex.template_match("a", "a", "<<", ">")',
    'start delimiter has to be exactly one character long but is 2 long',
  ],
  ['regex.template_match("{a", "a", "{", "}")', 'unbalanced braces in "{a"'],
  ['regex.template_match("|a|", "a", "|", "|")', 'unbalanced braces'],
  ['regex.globs_match("[z-a]", "b")', 'bad glob'],
  ['regex.globs_match("*", "b")', 'bad glob'],
  ['regex.match("((a{1,1000}){1,1000}){1,1000}", "a")', 'eval_builtin_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

test('a replacement by a long text at each place ends at a limit', () => {
  const long = 'sprintf("%099999d", [1])';
  expect(regoAnswer(`regex.replace(${long}, "0", ${long})`)).toMatch(/^eval_limit_error: /);
});

/** Patterns that RE2 and JavaScript read alike. */
const atoms = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '(a|b)', '(?:ab)', '(?:a{1,2})');
const patterns = fc
  .array(fc.tuple(atoms, fc.constantFrom('', '*', '+', '?', '*?')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.flat().join(''));
const inputs = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
  .map((all) => all.join(''));

test('patterns that both know match as RegExp does', () => {
  fc.assert(
    fc.property(patterns, inputs, (pattern, input) => {
      const [written, text] = [JSON.stringify(pattern), JSON.stringify(input)];
      const wanted = new RegExp(pattern);
      expect(regoValue(`regex.match(${written}, ${text})`)).toBe(wanted.test(input));
      const first = wanted.exec(input);
      const groups = first === null ? [] : [[...first].map((group) => group ?? '')];
      const found = `regex.find_all_string_submatch_n(${written}, ${text}, 1)`;
      // Groups within repetitions differ in the two languages; the whole match does not.
      expect((regoValue(found) as string[][]).map(([whole]) => whole)).toEqual(
        groups.map(([whole]) => whole),
      );
    }),
    { numRuns: 100 },
  );
});

const globs = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', '.', '[ab]', '[c-d]'), fc.constantFrom('', '*', '+')), {
    maxLength: 4,
  })
  .map((parts) => parts.flat().join(''));

test('globs meet exactly where a short text is matched by both', () => {
  const texts = ['a', 'b', 'c', 'd'].flatMap((one) => [
    one,
    ...['a', 'b', 'c', 'd'].flatMap((two) => [
      one + two,
      ...['a', 'b', 'c', 'd'].map((three) => one + two + three),
    ]),
  ]);
  fc.assert(
    fc.property(globs, globs, (a, b) => {
      const [x, y] = [new RegExp(`^(?:${a})$`), new RegExp(`^(?:${b})$`)];
      const isFound = texts.some((text) => x.test(text) && y.test(text));
      const answer = regoValue(`regex.globs_match(${JSON.stringify(a)}, ${JSON.stringify(b)})`);
      const isShort = a.length < 3 && b.length < 3;
      expect(isFound || isShort ? answer : isFound).toBe(isFound);
    }),
    { numRuns: 100 },
  );
});
