import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['glob.match("*.example.com", ["."], "api.example.com")', 'true'],
  ['glob.match("*.com", ["."], "a.b.com")', 'false'],
  ['glob.match("**.com", ["."], "a.b.com")', 'true'],
  ['glob.match("*", null, "a.b")', 'true'],
  ['glob.match("*", [], "a.b")', 'false'],
  ['glob.match("{a,b}?", [], "bc")', 'true'],
  ['glob.match("[a-c]x", [], "bx")', 'true'],
  ['glob.match("[!a-c]x", [], "bx")', 'false'],
  ['glob.quote_meta("*.a")', '"\\\\*.a"'],
  ['glob.quote_meta("a?[b]{c,d}!-")', '"a\\\\?\\\\[b\\\\]\\\\{c,d\\\\}!-"'],
  ['glob.match("a}b,c", [], "a}b,c")', 'true'],
  ['glob.match("{a,b", [], "b")', 'true'],
  ['glob.match("{a,}x", [], "x")', 'true'],
  ['glob.match("{a,{b,c}}x", [], "cx")', 'true'],
  ['glob.match("[abc-e]", [], "-")', 'true'],
  ['glob.match("[abc-e]", [], "d")', 'false'],
  ['glob.match("[!!]", [], "!")', 'false'],
  ['glob.match(`[\\]]`, [], "]")', 'true'],
  ['glob.match("[.]", ["."], ".")', 'true'],
  ['glob.match("?", ["."], ".")', 'false'],
  ['glob.match("***", ["."], "a.b")', 'true'],
  ['glob.match(`\\*`, [], "*")', 'true'],
  ['glob.match(`a\\`, [], "a")', 'true'],
  ['glob.match("a.c", [], "abc")', 'false'],
  ['glob.match("*", null, "a\\nb")', 'true'],
  ['glob.match("?", null, "😀")', 'true'],
  ['glob.match("*", ["é"], "aéb")', 'false'],
  ['glob.match("", [], "")', 'true'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['glob.match("[", [], "a")', 'unexpected end of input'],
  ['glob.match("[]", [], "a")', 'could not parse range'],
  ['glob.match("[a-]", [], "a")', "hi character ']' should be greater than lo 'a'"],
  ['glob.match("[a-c-e]", [], "a")', 'expected close range character'],
  ['glob.match("[abc", [], "a")', 'unexpected end of input'],
  ['glob.match("a", ["ab"], "a")', 'eval_type_error: glob.match: operand 2 must be array of runes'],
  [
    'glob.match("a", json.unmarshal("1"), "a")',
    'operand 2 must be one of {array, null} but got number',
  ],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

/** What a glob of stars, question marks and letters matches, by its meaning alone. */
function isMatch(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('*')) return isStarMatch(glob, text);
  const isOne = glob.startsWith('?') ? /^[^.]/.test(text) : text[0] === glob[0];
  return isOne && isMatch(glob.slice(1), text.slice(1));
}

function isStarMatch(glob: string, text: string): boolean {
  const isSuper = glob.startsWith('**');
  if (isMatch(glob.slice(isSuper ? 2 : 1), text)) return true;
  const isEaten = isSuper ? text !== '' : /^[^.]/.test(text);
  return isEaten && isMatch(glob, text.slice(1));
}

test('globs match as a matcher that tries everything does', () => {
  const of = (...parts: string[]): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...parts), { maxLength: 6 }).map((list) => list.join(''));
  fc.assert(
    fc.property(of('*', '?', 'a', 'b', '.', '**'), of('a', 'b', '.'), (glob, text) => {
      expect(regoValue(`glob.match("${glob}", ["."], "${text}")`)).toBe(isMatch(glob, text));
    }),
    { numRuns: 200 },
  );
});

test('what is quoted matches itself and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.string(), (text, other) => {
      const [quoted, self] = [`glob.quote_meta(${JSON.stringify(text)})`, JSON.stringify(text)];
      expect(regoValue(`glob.match(${quoted}, null, ${self})`)).toBe(true);
      const answer = regoValue(`glob.match(${quoted}, null, ${JSON.stringify(other)})`);
      expect(answer).toBe(text === other);
    }),
    { numRuns: 50 },
  );
});

/** An attack by braces in braces. */
test('a glob of thousands of open braces is answered', () => {
  const deep = 'concat("", ["{" | some _ in numbers.range(1, 3000)])';
  expect(regoAnswer(`glob.match(${deep}, null, "a")`)).toBe('false');
});
