/** Terms and statements: what binds to what, shown with every grouping. */
import { describe, expect, it } from 'vitest';
import { regoErrorsOf } from '../../../test/support/rego-errors.ts';
import { bodyText, termText } from '../../../test/support/rego-text.ts';
import { parseQuery, parseTerm } from './parse-module.ts';
import { Decimal } from '../model/number.ts';
import type { RegoVersion } from './syntax.ts';

/** Errors as `column message`. */
function errorsOf(text: string, version: RegoVersion = 'v1'): readonly string[] {
  const errors = regoErrorsOf(() => parseQuery(text, { version }));
  return errors.map(({ at, message }) => `${at?.column} ${message}`);
}

describe('parseTerm', () => {
  it.each([
    ['null', 'null', 'null'],
    ['a boolean', 'true', 'true'],
    ['a number', '1e3', '1000'],
    ['a negative number', '- 1.5', '-1.5'],
    ['a number that begins with its point', '.5', '0.5'],
    ['a long number', '123456789012345678901234567890', '123456789012345678901234567890'],
    ['a string', '"a"', '"a"'],
    ['a name', 'a', 'a'],
    ['contains as a name', 'contains(a, b)', 'contains(a, b)'],
    ['a ref', 'a.b["c d"][0][x].e', 'a.b["c d"][0][x].e'],
    ['a keyword in a ref', 'a.if.not["in"].every', 'a.if.not.in.every'],
    ['a term within a ref', 'a[b[c + 1]]', 'a[b[(c + 1)]]'],
    ['k, v in xs within a ref', 'a[k, v in xs]', 'a[(k, v in xs)]'],
    ['a call', 'a.b.c(d, e)', 'a.b.c(d, e)'],
    ['a call with a comma at the end', 'f(a,)', 'f(a)'],
    ['a call without arguments', 'time.now_ns()', 'time.now_ns()'],
    ['a ref on a call', 'f(x)[0].a', 'f(x)[0].a'],
    ['a ref on an array', '[1, 2][i]', '[1, 2][i]'],
    ['a ref on an object', '{"a": 1}.a', '{"a": 1}.a'],
    ['a ref on a set', '{1}[x]', '{1}[x]'],
    ['a ref on a comprehension', '[x | x]["a"]', '[x | x].a'],
    ['a call by strings', 'a["b"](c)', 'a.b(c)'],
    ['the empty array', '[]', '[]'],
    ['the empty object', '{}', '{}'],
    ['the empty set', 'set()', 'set()'],
    ['no empty set with blanks', 'set(1)', 'set(1)'],
    ['commas at the end', '[[1,], {1,}, {"a": 1,}]', '[[1], {1}, {"a": 1}]'],
    ['a comma at the start', '[, 1, 2]', '[1, 2]'],
    ['an object', '{"a": 1, b: c, [1]: {2}}', '{"a": 1, b: c, [1]: {2}}'],
    ['newlines within brackets', '{\n"a"\n:\n1\n,\n}', '{"a": 1}'],
    ['an array comprehension', '[x | x := a[_]; x > 1]', '[x | x := a[_]; (x > 1)]'],
    ['a set comprehension', '{x | y}', '{x | y}'],
    ['an object comprehension', '{x: y | z}', '{x: y | z}'],
    ['an object comprehension with an operator in its key', '{a + 1: b | c}', '{(a + 1): b | c}'],
    ['a comprehension of lines', '[x |\n  x := 1\n  y\n]', '[x | x := 1; y]'],
    ['a comprehension of some', '{x | some x, y in xs; z}', '{x | some x, y in xs; z}'],
    ['a comprehension of k, v in xs', '[x | k, v in xs]', '[x | (k, v in xs)]'],
    [
      'k, v in xs, and more lines',
      '[x | k, v in xs\n k, w in ys]',
      '[x | (k, v in xs); (k, w in ys)]',
    ],
    ['a union in a list', '[a | b, c]', '[(a | b), c]'],
    ['a union in a set', '{a | b, c}', '{(a | b), c}'],
    ['a union in an object', '{k: a | b, l: c}', '{k: (a | b), l: c}'],
    ['a union and k, v in xs in a list', '[a | b, c in d, e]', '[(a | b), (c in d), e]'],
    ['a union in parentheses', '{(a | b)}', '{(a | b)}'],
    ['a union behind an operator', '{a & b | c}', '{((a & b) | c)}'],
    ['a union behind a comma', '{, a | b}', '{(a | b)}'],
    ['a union of brackets', '{{1} | {2}, 3}', '{({1} | {2}), 3}'],
    ['a comprehension within one', '{[x | x] | {y: z | w}}', '{[x | x] | {y: z | w}}'],
    ['* before +', 'a + b * c - d / e % f', '((a + (b * c)) - ((d / e) % f))'],
    ['+ before &', 'a & b + c', '(a & (b + c))'],
    ['& before |', 'a | b & c | d', '((a | (b & c)) | d)'],
    ['| before ==', 'a | b == c | d', '((a | b) == (c | d))'],
    ['== before in', 'a == b in c != d', '((a == b) in (c != d))'],
    ['comparisons to the left', 'a < b == c', '((a < b) == c)'],
    ['in to the left', 'a in b in c', '((a in b) in c)'],
    ['minus to the left', 'a - b - c', '((a - b) - c)'],
    ['a sign behind an operator', 'a - -1', '(a - -1)'],
    ['a sign without blanks', 'a-1', '(a - 1)'],
    ['parentheses', '(a + b) * c', '((a + b) * c)'],
    ['k, v in xs in parentheses', '(k, v in xs)', '(k, v in xs)'],
    ['in within a call', 'f(a, b in c)', 'f(a, (b in c))'],
    ['k, v in xs within a call', 'f((k, v in xs), c)', 'f((k, v in xs), c)'],
    ['in within an array', '[a, b in c]', '[a, (b in c)]'],
    ['a template', '$"a{b}c{d + 1}"', '$"a{b}c{(d + 1)}"'],
    ['a template with a string within', '$"{"a"}{$"{x}"}"', '$"{"a"}{$"{x}"}"'],
    ['a template with a comprehension', '$"{{x | some x in a}}"', '$"{{x | some x in a}}"'],
    ['a template with with', '$"{a with input as {"b": 1}}"', '$"{a with input as {"b": 1}}"'],
    ['a template with commas within brackets', '[$"{f(a, b)}" | c]', '[$"{f(a, b)}" | c]'],
    ['a template beside a comma', '[a | $"{b}", c]', '[(a | $"{b}"), c]'],
  ])('reads %s', (_fact, text, shown) => {
    expect(termText(parseTerm(text))).toBe(shown);
  });

  it('keeps numbers exact', () => {
    expect(parseTerm('0.1234567890123456789')).toMatchObject({
      value: new Decimal(1234567890123456789n, -19),
    });
    expect(parseTerm('1.0')).toMatchObject({ value: 1 });
  });

  it('gives each wildcard a name of its own', () => {
    expect(parseTerm('[_, a[_]]')).toMatchObject({
      items: [{ name: '$0' }, { path: [{ name: '$1' }] }],
    });
  });

  it('tells where terms stand', () => {
    expect(parseTerm('[a,\n  b.c(d) + 1]', { file: 'f' })).toMatchObject({
      at: { file: 'f', line: 1, column: 1 },
      items: [
        { at: { line: 1, column: 2 } },
        { at: { line: 2, column: 3 }, args: [{ args: [{ at: { column: 7 } }] }, {}] },
      ],
    });
  });

  it('refuses what follows a term', () => {
    expect(() => parseTerm('1 2')).toThrow('unexpected number token: expected the end of the term');
  });
});

describe('parseQuery', () => {
  it.each([
    ['one statement', 'data.a.b = x', 'data.a.b = x'],
    ['several on a line', 'a; b = 1; c := 2', 'a; b = 1; c := 2'],
    ['several lines', 'a\nb', 'a; b'],
    ['a line that goes on', 'a ==\n  b', '(a == b)'],
    ['a line that begins with an operator', 'a\n  == b', '(a == b)'],
    ['a bracket that stands apart', 'a\n[b]', 'a; [b]'],
    ['not', 'not a.b', 'not a.b'],
    [
      'a keyword that begins a ref',
      'not.a; if["b"]; some.c.d; not every.e',
      'not.a; if.b; some.c.d; not every.e',
    ],
    ['some', 'some a, b, c', 'some a, b, c'],
    ['some in', 'some a in b', 'some a in b'],
    ['some pair in', 'some a, b in c', 'some a, b in c'],
    ['some with patterns', 'some [1, x], {"a": y} in c.d', 'some [1, x], {"a": y} in c.d'],
    ['some of a union', 'some a in b | c', 'some a in (b | c)'],
    ['every', 'every a in b { a; b }', 'every a in b { a; b }'],
    ['every pair', 'every k, v in {1} { v }', 'every k, v in {1} { v }'],
    ['every wildcard', 'every _, v in b { v }', 'every _, v in b { v }'],
    ['with', 'a with input as 1', 'a with input as 1'],
    [
      'several with',
      'a with input.b as 1\n  with data.c as d + 1 with f as g',
      'a with input.b as 1 with data.c as (d + 1) with f as g',
    ],
    ['some in with', 'some a in b with input as 1', 'some a in b with input as 1'],
    ['every with', 'every a in b { a } with input as 1', 'every a in b { a } with input as 1'],
    ['unification of brackets', '[a, {"b": c}] = d', '[a, {"b": c}] = d'],
    ['pairs in a comparison', '1, 2 in c == d', '(1, 2 in (c == d))'],
  ])('reads %s', (_fact, text, shown) => {
    expect(bodyText(parseQuery(text))).toBe(shown);
  });

  it.each([
    ['nothing', ' ', '2 unexpected eof token: expected a query'],
    ['a statement missing', 'a;', '3 unexpected eof token: expected \\n or ; or a statement'],
    ['two on a line', 'a b', '3 unexpected identifier token: expected \\n or ; or a statement'],
    ['an operand missing', 'a + ', '5 unexpected eof token: expected a term'],
    ['a keyword for a term', 'a + if', '5 unexpected if keyword: expected a term'],
    ['an open array', '[1', '3 unexpected eof token: expected "," or "]"'],
    ['an open call', 'f(1', '4 unexpected eof token: expected "," or ")"'],
    ['an open set', '{1', '3 unexpected eof token: non-terminated set: expected "," or "}"'],
    [
      'an open object',
      '{1: 2',
      '6 unexpected eof token: non-terminated object: expected "," or "}"',
    ],
    ['a value missing', '{1: 2, 3}', '9 unexpected } token: expected ":"'],
    ['an open parenthesis', '(1', '3 unexpected eof token: non-terminated expression: expected )'],
    ['an open ref', 'a[1', '4 unexpected eof token: expected ]'],
    ['an open comprehension', '[x | y', '7 unexpected eof token: expected \\n or ; or ]'],
    ['an empty comprehension', '[x | ]', '6 found empty body'],
    ['a comma for a term', '[,]', '3 unexpected ] token: expected a term'],
    [
      'a number with a zero before it',
      '01',
      '1 unexpected number token: expected number without leading zero',
    ],
    ['a sign without a number', '-a', '2 unexpected identifier token: expected number'],
    ['two points', '.1.5', '2 unexpected number token: invalid float'],
    ['a number too big', '1e99999', '1 number too big'],
    [
      'a blank behind a dot',
      'a. b',
      '4 unexpected identifier token: expected identifier directly behind the dot',
    ],
    ['a number behind a dot', 'a.1', '3 unexpected number token: expected identifier'],
    ['a ref on a string', '"a".b', '1 illegal ref (head cannot be string)'],
    ['a ref on a ref in parentheses', '(a.b).c', '2 illegal ref (head cannot be ref)'],
    ['not some', 'not some a in b', "5 unexpected some keyword: illegal negation of 'some'"],
    [
      'not every',
      'not every a in b { c }',
      "5 unexpected every keyword: illegal negation of 'every'",
    ],
    ['some of a term', 'some 1', '6 unexpected number token: expected var'],
    [
      'some of a call',
      'some f(x)',
      '10 unexpected eof token: expected `x in xs` or `x, y in xs` expression',
    ],
    ['some of a name and a term', 'some a, 1', '9 unexpected number token: expected var'],
    [
      'every without in',
      'every a { b }',
      '9 unexpected { token: expected `x[, y] in xs { ... }` expression',
    ],
    [
      'every of a term',
      'every 1 in a { b }',
      '7 unexpected number: expected value to be a variable',
    ],
    [
      'every of a pair of terms',
      'every 1, b in a { b }',
      '7 unexpected number: expected key to be a variable',
    ],
    ['every without a body', 'every a in b', '13 unexpected eof token: missing body'],
    ['every with an empty body', 'every a in b {}', '15 found empty body'],
    ['with without as', 'a with input 1', '14 unexpected number token: expected as keyword'],
    ['with of a term', 'a with 1 as 2', '8 unexpected number token: expected ident'],
    ['with of a call', 'a with f(1) as 2', '8 unexpected call: expected with target path'],
    [
      'not in a template',
      '$"{not a}"',
      "4 unexpected negation ('not') in template-string expression",
    ],
    [
      '= in a template',
      '$"{a = b}"',
      "4 unexpected unification ('=') in template-string expression",
    ],
    [
      ':= in a template',
      '$"{a := b}"',
      "4 unexpected assignment (':=') in template-string expression",
    ],
    [
      'every in a template',
      '$"{every a in b { c }}"',
      "4 unexpected 'every' in template-string expression",
    ],
    ['some in a template', '$"{some a in b}"', "4 unexpected 'some' in template-string expression"],
    ['an empty template', '$"a{}"', '5 unexpected template-string-end token: expected a term'],
    [
      'two terms in a template',
      '$"{a b}"',
      '6 unexpected identifier token: expected } to end template string expression',
    ],
    ['a package', 'package a', '1 unexpected package keyword: expected a term'],
  ])('refuses %s', (_fact, text, message) => {
    expect(errorsOf(text)).toEqual([message]);
  });

  it('hints at a keyword of v1 in v0', () => {
    const [first] = regoErrorsOf(() => parseQuery('some x in xs', { version: 'v0' }));
    expect(first?.hint).toBe('`import future.keywords.in` for `some x in xs` expressions');
    expect(errorsOf('some x in xs', 'v0')).toEqual([
      '8 unexpected identifier token: expected \\n or ; or a statement',
    ]);
  });
});
