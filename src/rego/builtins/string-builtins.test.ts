import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

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
  ['strings.any_suffix_match({"abc", "d"}, {"x", "bc"})', 'true'],
  ['strings.any_prefix_match([], ["a"])', 'false'],
  ['split("", "")', '[]'],
  ['split("", ",")', '[""]'],
  ['strings.split_n("a,b,c", ",", 2)', '["a", "b"]'],
  ['strings.split_n("a,b,c", ",", 0)', '[]'],
  ['strings.split_n("a,b,c", ",", -2)', '["b", "c"]'],
  ['strings.split_n("a,b,c", ",", 9)', '["a", "b", "c"]'],
  ['strings.count("aaa", "aa")', '1'],
  ['strings.count("é😀", "")', '3'],
  ['indexof("😀b", "b")', '1'],
  ['indexof("b", "😀")', '-1'],
  ['indexof_n("aaa", "aa")', '[0, 1]'],
  ['substring("😀bc", 1, 1)', '"b"'],
  ['substring("abc", 9, -1)', '""'],
  ['strings.replace_n({"": "X", "a": "b"}, "a")', '"XbX"'],
  ['strings.replace_n({"a": "b", "b": "c"}, "ab")', '"bc"'],
  ['strings.replace_n({}, "ab")', '"ab"'],
  ['replace("ab", "", "-")', '"-a-b-"'],
  ['trim_left("😀a", "😀")', '"a"'],
  ['trim_right("a😀é", "é😀")', '"a"'],
  ['trim("xyx", "")', '"xyx"'],
  ['trim_space("\\u2003a b\\u0085")', '"a b"'],
  ['format_int(-255, 16)', '"-ff"'],
  ['format_int(3.9, 10)', '"3"'],
  ['format_int(-0.5, 2)', '"0"'],
  ['format_int(bits.lsh(1, 2000), 16)', `"1${'0'.repeat(500)}"`],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['indexof("a", "")', 'eval_builtin_error: indexof: empty search character'],
  [
    'concat(",", ["a", json.unmarshal("1")])',
    'operand 2 must be array of strings but got array containing number',
  ],
  [
    'concat(",", {json.unmarshal("1")})',
    'operand 2 must be set of strings but got set containing number',
  ],
  ['substring("abc", 0.5, 1)', 'operand 2 must be integer number but got floating-point number'],
  ['substring("abc", -1, 1)', 'negative offset'],
  ['format_int(1, 3)', 'must be one of {2, 8, 10, 16}'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

/** Attacks that make much of little. */
const LONG = 'sprintf("%999999s", ["é"])';

test.each([
  `replace(${LONG}, " ", ${LONG})`,
  `replace(${LONG}, "", ${LONG})`,
  `strings.replace_n({" ": ${LONG}}, ${LONG})`,
  `concat(${LONG}, ["" | some _ in numbers.range(1, 1000)])`,
  `strings.any_prefix_match([sprintf("%099d", [x]) | some x in numbers.range(1, 9000)],
    [sprintf("%098da", [x]) | some x in numbers.range(1, 9000)])`,
])('%.70s ends at a limit', (expression) => {
  expect(regoAnswer(expression)).toMatch(/^eval_limit_error: /);
});

test('trim_space of a million spaces within a text takes no time by their square', () => {
  expect(regoAnswer('count(trim_space(concat("", ["a", sprintf("%999999s", ["b"])])))')).toBe(
    '1000000',
  );
});

const texts = fc.string({ unit: 'binary', maxLength: 30 });

test('split and concat, replace and split undo each other', () => {
  fc.assert(
    fc.property(texts, fc.string({ minLength: 1, maxLength: 2 }), texts, (text, by, fresh) => {
      const [a, b, c] = [text, by, fresh].map((each) => JSON.stringify(each.toWellFormed()));
      expect(regoValue(`concat(${b}, split(${a}, ${b}))`)).toBe(text.toWellFormed());
      expect(regoValue(`replace(${a}, ${b}, ${c}) == concat(${c}, split(${a}, ${b}))`)).toBe(true);
      expect(regoValue(`strings.replace_n({${b}: ${c}}, ${a}) == replace(${a}, ${b}, ${c})`)).toBe(
        true,
      );
    }),
    { numRuns: 50 },
  );
});

test('format_int in base 10 and to_number give an integer back', () => {
  fc.assert(
    fc.property(fc.bigInt(), (number) => {
      expect(regoValue(`to_number(format_int(${number}, 10)) == ${number}`)).toBe(true);
      const hex = `${number < 0n ? '-' : ''}${(number < 0n ? -number : number).toString(16)}`;
      expect(regoValue(`format_int(${number}, 16)`)).toBe(hex);
    }),
    { numRuns: 50 },
  );
});
