/** Tokens: what each text becomes, where it stands, and what is refused. */
import { describe, expect, it } from 'vitest';
import { MAX_SOURCE_LENGTH, MAX_TOKENS, lexRego } from './lex-rego.ts';
import type { RegoVersion } from './syntax.ts';

/** Tokens as one line: kinds, with the text of those that have one. */
function show(text: string, version: RegoVersion = 'v1'): string {
  const { kinds, texts, errors } = lexRego('f.rego', text, version);
  expect(errors.map(({ message }) => message)).toEqual([]);
  const shown = kinds.map((kind, index) => {
    const word = texts[index] ?? '';
    return word === '' || word === kind ? kind : `${kind}<${word}>`;
  });
  return shown.slice(0, -1).join(' ');
}

/** Problems as one line each. */
function problems(text: string): readonly string[] {
  return lexRego('f.rego', text, 'v1').errors.map(
    ({ message, at }) => `${at?.line}:${at?.column} ${message}`,
  );
}

describe('lexRego', () => {
  it.each([
    ['nothing', '', ''],
    ['blanks and comments', ' \t\r\n# a comment\n  ', ''],
    [
      'names',
      'a _b A1 $"" ifs',
      'identifier<a> identifier<_b> identifier<A1> string identifier<ifs>',
    ],
    ['keywords', 'if in not', 'if in not'],
    [
      'numbers',
      '0 12 1.5 1e3 1E-3 0.5e+2',
      'number<0> number<12> number<1.5> number<1e3> number<1E-3> number<0.5e+2>',
    ],
    ['a sign is an operator', '-1', 'minus number<1>'],
    ['long operators', ':= == != <= >= : = < >', 'assign equal neq lte gte : eq lt gt'],
    ['short operators', '+-*/%&|', 'plus minus mul div rem and or'],
    ['brackets', '[]{}(),;.', '[ ] { } ( ) , ; .'],
    ['a string', '"a b"', 'string<a b>'],
    ['escapes', String.raw`"\"\\\/\b\f\n\r\t\u0041"`, 'string<"\\/\b\f\n\r\tA>'],
    ['half a pair as an escape', String.raw`"\ud800"`, 'string<\ufffd>'],
    ['a pair of escapes', String.raw`"\ud83d\ude00"`, 'string<😀>'],
    ['a raw string', '`a\\n"\nb`', 'string<a\\n"\nb>'],
    ['a template without braces', '$"a b"', 'string<a b>'],
    [
      'a template',
      '$"a{b}c{d}"',
      'template-string-part<a> identifier<b> template-string-part<c> identifier<d> template-string-end',
    ],
    [
      'a template with brackets',
      '$"{{1}}"',
      'template-string-part { number<1> } template-string-end',
    ],
    [
      'a template within a template',
      '$"{$"{a}"}"',
      'template-string-part template-string-part identifier<a> template-string-end template-string-end',
    ],
    ['an escaped brace', String.raw`$"a\{b}"`, 'string<a{b}>'],
    [
      'a raw template',
      '$`a\n{b}\\{c`',
      'template-string-part<a\n> identifier<b> template-string-end<{c>',
    ],
    ['a byte-order mark at the start', '\ufeffa', 'identifier<a>'],
  ])('reads %s', (_fact, text, tokens) => {
    expect(show(text)).toBe(tokens);
  });

  it('knows the new keywords in v1 only', () => {
    expect(show('if in every contains not', 'v0')).toBe(
      'identifier<if> identifier<in> identifier<every> identifier<contains> not',
    );
  });

  it('tells where tokens stand, in characters', () => {
    const { lines, columns } = lexRego('f.rego', 'a "😀" b\n\tc `x\n😀` d', 'v1');
    const places = lines.map((line, index) => `${line}:${columns[index]}`);
    expect(places).toEqual(['1:1', '1:3', '1:7', '2:2', '2:4', '3:4', '3:5']);
  });

  it('tells what stands before a token', () => {
    const { gaps } = lexRego('f.rego', 'a.b c#x\n(d)', 'v1');
    expect(gaps).toEqual(['', '', '', ' ', '\n', '', '', '']);
  });

  it('pairs brackets, and gives open ones the end', () => {
    expect(lexRego('f.rego', '([a]{', 'v1').partners).toEqual([5, 3, -1, -1, 5, -1]);
  });

  it('keeps comments without the end of their line', () => {
    const { comments } = lexRego('f.rego', 'a # b\r\n  #c', 'v1');
    expect(comments).toEqual([
      { line: 1, column: 3, text: ' b' },
      { line: 2, column: 3, text: 'c' },
    ]);
  });

  it.each([
    ['an open string', 'a\n"b', ['2:1 non-terminated string']],
    ['a newline in a string', '"a\nb', ['1:1 non-terminated string']],
    ['an open raw string', '`a\nb', ['1:1 non-terminated string']],
    ['an open template', '$"a', ['1:1 non-terminated string']],
    ['an open template behind its braces', '$"a{b}c', ['1:6 non-terminated string']],
    ['an open raw template', '$`a', ['1:1 non-terminated string']],
    ['an unknown escape', String.raw`"a\qb" c`, ['1:1 illegal escape sequence']],
    ['an escaped brace in a string', String.raw`"\{"`, ['1:1 illegal escape sequence']],
    ['a short escape', String.raw`"\u12"`, [String.raw`1:1 illegal string literal: "\u12"`]],
    ['a tab beside an escape', '"\\n\t"', ['1:1 illegal string literal: "\\n\t"']],
    ['a number without a fraction', '1.', ['1:1 expected fraction']],
    ['a number without an exponent', '1e+', ['1:1 expected exponent']],
    ['letters behind a number', '0a2b', ['1:1 illegal number format']],
    ['a lone !', 'a ! b', ['1:3 illegal ! character']],
    ['a lone $', '$a', ['1:1 illegal $ character']],
    ['another sign', '@', ['1:1 illegal token: found @']],
    ['a letter beyond ASCII', 'ä', ['1:1 illegal token: found ä']],
    [
      'something beyond the plane',
      '😀 @',
      ['1:1 illegal token: found 😀', '1:3 illegal token: found @'],
    ],
    ['a NUL in a comment', 'a\n# \0', ['2:3 illegal null character']],
    ['a byte-order mark within', 'a\ufeff', ['1:2 illegal byte-order mark']],
    ['half a character', '"\ud800"', ['1:2 illegal utf-8 character']],
  ])('refuses %s', (_fact, text, wanted) => {
    expect(problems(text)).toEqual(wanted);
  });

  it('goes on behind what it refused', () => {
    expect(lexRego('f.rego', '@ "\\q" a', 'v1').kinds).toEqual([
      'illegal',
      'illegal',
      'identifier',
      'eof',
    ]);
  });

  it('refuses more text than it reads', () => {
    const [problem] = problems(' '.repeat(MAX_SOURCE_LENGTH + 1));
    expect(problem).toBe('1:1 source has 4194305 characters, more than 4194304');
    expect(problems(`@${'a '.repeat(MAX_TOKENS)}`)).toEqual([
      '1:1 source has more than 1000000 tokens',
    ]);
  });

  it('tells so many errors, and ends there', () => {
    const { errors, kinds } = lexRego('f.rego', '@'.repeat(1000), 'v1');
    expect([errors.length, kinds.length]).toEqual([10, 11]);
  });
});
