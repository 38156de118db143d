/** Broken programs and all that is said of them: place, what was found, what to do. */
import { describe, expect, it } from 'vitest';
import { regoErrorsOf } from '../../../test/support/rego-errors.ts';
import { parseModule } from './parse-module.ts';
import { MAX_PARSE_ERRORS } from './rego-token.ts';

/** A fact, a program behind `package a`, and each error with its hint. */
type Row = readonly [fact: string, text: string, ...said: string[]];

const V0 =
  'hint: this is the syntax of Rego v0: read it with --v0-compatible (in a document regoVersion: ' +
  'v0), or rewrite it';

const BROKEN: readonly Row[] = [
  [
    'a string without an end',
    'p := "abc\nq := 1',
    '2:6 non-terminated string',
    'hint: a string in double quotes ends on its line; one in backquotes may have many lines',
  ],
  [
    'a raw string without an end',
    'p := `abc\nq := 1',
    '2:6 non-terminated string',
    'hint: the backquote that ends it is missing',
  ],
  [
    'a template without an end',
    'p := $"abc {x} def',
    '2:14 non-terminated string',
    'hint: a string in double quotes ends on its line; one in backquotes may have many lines',
  ],
  [
    'a term in a template without an end',
    'p := $"abc {x',
    '2:14 unexpected eof token: expected } to end template string expression',
  ],
  [
    'an empty term in a template',
    'p := $"{}"',
    '2:9 unexpected template-string-end token: expected a term',
  ],
  [
    'negation in a template',
    'p := $"{not x}"',
    "2:9 unexpected negation ('not') in template-string expression",
  ],
  [
    'an escape of a regular expression',
    'p := "\\d+"',
    '2:6 illegal escape sequence',
    'hint: what may follow a backslash: " \\ / b f n r t uXXXX; in backquotes nothing is escaped',
  ],
  ['half an escape', 'p := "\\u12"', '2:6 illegal string literal: "\\u12"'],
  [
    'a number that begins with 0',
    'p := 01',
    '2:6 unexpected number token: expected number without leading zero',
  ],
  ['a fraction without digits', 'p := 1.', '2:6 expected fraction'],
  ['an exponent without digits', 'p := 1e', '2:6 expected exponent'],
  [
    'a hexadecimal number',
    'p := 0x1f',
    '2:6 illegal number format',
    'hint: numbers are decimal: 31, 0.5, 1e3',
  ],
  [
    'a number of another language',
    'p := 1_000',
    '2:6 illegal number format',
    'hint: numbers are decimal: 31, 0.5, 1e3',
  ],
  ['a minus before a name', 'p := -x', '2:7 unexpected identifier token: expected number'],
  [
    'carriage returns count as blanks',
    'p := 1\r\nq := )\r\n',
    '3:6 unexpected ) token: expected rule value term (e.g., q := <VALUE> { ... })',
  ],
  ['tabs are one column each', 'p if {\n\t\tx := )\n}', '3:8 unexpected ) token: expected a term'],
  [
    'characters outside the BMP are one column each',
    'p := "🚢🚢" + )',
    '2:13 unexpected ) token: expected a term',
  ],
  [
    'a letter that is not ASCII',
    'é := 1',
    '2:1 illegal token: found é',
    'hint: names are made of a-z, A-Z, 0-9 and _',
  ],
  [
    'single quotes',
    "p := 'a'",
    "2:6 illegal token: found '",
    'hint: strings stand between double quotes or backquotes',
    "2:8 illegal token: found '",
    'hint: strings stand between double quotes or backquotes',
  ],
  [
    '!',
    'p if !x',
    '2:6 illegal ! character',
    'hint: `not x` negates a condition, and `x != y` compares',
  ],
  [
    '?',
    'p := x ? 1 : 2',
    '2:8 illegal token: found ?',
    'hint: there is no conditional operator: write a second rule, or an else branch',
  ],
  [
    '&&',
    'p if x && y',
    '2:9 unexpected and token: expected a term',
    'hint: conditions stand on lines of their own, or are divided by `;`: all of them must hold',
  ],
  [
    '||',
    'p if x || y',
    '2:9 unexpected or token: expected a term',
    'hint: write a second rule with the other condition, or `x in {a, b}`',
  ],
  [
    '//',
    'p := 1 // one',
    '2:9 unexpected div token: expected a term',
    'hint: a comment begins with #',
  ],
  [
    'a comment of C',
    '/* c */ p := 1',
    '2:1 unexpected div token: expected a term',
    'hint: a comment begins with #',
  ],
  [
    '== for :=',
    'p == 1',
    '2:3 unexpected equal token: expected :=, =, contains, if, { or a new rule',
    'hint: `==` compares; `:=` gives a rule its value',
  ],
  ['a body of v0', 'p { true }', '2:1 `if` keyword is required before rule body', V0],
  [
    'a set of v0',
    'p[x] { x := 1 }',
    '2:1 `if` keyword is required before rule body',
    V0,
    '2:1 `contains` keyword is required for partial set rules',
    V0,
  ],
  ['a function of v0', 'f(x) { x }', '2:1 `if` keyword is required before function body', V0],
  [
    'a keyword as a name',
    'if := 1',
    '2:1 unexpected if keyword: expected a rule',
    'hint: `if` is a keyword: give the rule another name, or what it belongs to a line above',
  ],
  [
    'an else without a rule',
    'else := 1',
    '2:1 unexpected else keyword: expected a rule',
    'hint: `else` is a keyword: give the rule another name, or what it belongs to a line above',
  ],
  ['an alias without a name', 'import data.x as', '2:17 unexpected eof token: expected var'],
  [
    'an import from nowhere',
    'import foo.bar',
    '2:8 unexpected import path, must begin with one of: {data, future, input, rego}, got: foo',
    'hint: if this is unexpected, try updating OPA',
  ],
  [
    'a brace that is open at the end',
    'p if {\n  x := 1\n\nq := 2',
    '5:7 unexpected eof token: expected \\n or ; or }',
    'hint: the { at 2:6 is not closed',
  ],
  [
    'a bracket that is open at the next rule',
    'p := [1, 2\nq := 1',
    '3:1 unexpected identifier token: expected "," or "]"',
    'hint: the [ at 2:6 is not closed',
  ],
  [
    'a parenthesis that a brace ends',
    'p if { (1 + 2 }',
    '2:15 unexpected } token: non-terminated expression: expected )',
    'hint: the ( at 2:8 is not closed',
  ],
  [
    'an index that is open',
    'p := a[1',
    '2:9 unexpected eof token: expected ]',
    'hint: the [ at 2:7 is not closed',
  ],
  [
    'a call that is open',
    'p := f(1',
    '2:9 unexpected eof token: expected "," or ")"',
    'hint: the ( at 2:7 is not closed',
  ],
  ['a brace too many', 'p := 1\n}', '3:1 unexpected } token: expected a term'],
  ['a body of nothing behind if', 'p if', '2:5 unexpected eof token: rule body expected'],
  ['two commas', 'p := [1, , 2]', '2:10 unexpected , token: expected a term'],
  ['a list of nothing but a comma', 'p := [,]', '2:8 unexpected ] token: expected a term'],
  ['an object without a value', 'p := {"a": }', '2:12 unexpected } token: expected a term'],
  [
    'an object without a colon',
    'p := {"a": 1, "b" 2}',
    '2:19 unexpected number token: expected ":"',
  ],
  ['two values', 'p := 1 2', '2:8 number cannot be used for rule name'],
  ['two names', 'p if { x y }', '2:10 unexpected identifier token: expected \\n or ; or }'],
  ['two semicolons', 'p if { x; ; y }', '2:11 unexpected ; token: expected a term'],
  ['a dot at the end', 'p := a.b.', '2:10 unexpected eof token: expected identifier'],
  [
    'blanks around a dot',
    'p := a . b',
    '2:10 unexpected identifier token: expected number',
    'hint: no blank may stand around the dot of a reference',
  ],
  ['an operator at the end', 'p := 1 +', '2:9 unexpected eof token: expected a term'],
  [
    'no value behind :=',
    'p :=',
    '2:5 unexpected eof token: expected rule value term (e.g., p := <VALUE> { ... })',
  ],
  [
    'no value of a function',
    'f(x) :=',
    '2:8 unexpected eof token: expected function value term (e.g., f(...) := <VALUE> { ... })',
  ],
  [
    'no value of a default',
    'default p :=',
    '2:13 unexpected eof token: expected default rule value term (e.g., default p := <VALUE>)',
  ],
  [
    'a default of a variable',
    'default p := x',
    '2:1 illegal default rule (value cannot contain var)',
  ],
  [
    'contains without a term',
    'p contains',
    '2:11 unexpected eof token: expected rule key term (e.g., p contains <VALUE> { ... })',
  ],
  ['some without a name', 'p if { some }', '2:13 unexpected } token: expected a term'],
  ['some of a number', 'p if { some 1 }', '2:13 unexpected number token: expected var'],
  ['every without a body', 'p if every x in y', '2:18 unexpected eof token: missing body'],
  [
    'every without in',
    'p if every x { true }',
    '2:14 unexpected { token: expected `x[, y] in xs { ... }` expression',
  ],
  ['not without a term', 'p if not', '2:9 unexpected eof token: expected a term'],
  ['with without a target', 'p if x with', '2:12 unexpected eof token: expected ident'],
  ['with without as', 'p if x with input', '2:18 unexpected eof token: expected as keyword'],
  ['with without a value', 'p if x with input as', '2:21 unexpected eof token: expected a term'],
  [
    'negated some',
    'p if not some x in y',
    "2:10 unexpected some keyword: illegal negation of 'some'",
  ],
  ['an operator as a rule', '1 + 2', '2:1 rule name conflicts with built-in function'],
  [
    'arguments of a set',
    'f(x) contains 1',
    '2:6 unexpected contains keyword: the contains keyword can only be used with multi-value rule definitions (e.g., f contains <VALUE> { ... })',
  ],
  ['a builtin as a rule', 'print(1)', '2:1 rule name conflicts with built-in function'],
];

const BROKEN_V0: readonly Row[] = [
  [
    'an empty body',
    'p if {\n}\nq { }',
    '2:1 var cannot be used for rule name',
    'hint: `if` is no keyword in v0: `import rego.v1`, or read the source as v1',
    '4:5 found empty body',
  ],
  [
    'in of v0',
    'p { some x in y }',
    '2:12 unexpected identifier token: expected \\n or ; or }',
    'hint: `import future.keywords.in` for `some x in xs` expressions',
  ],
  [
    'every of v0',
    'p { every x in y { x } }',
    '2:11 unexpected identifier token: expected \\n or ; or }',
    'hint: `import future.keywords.every` for `every x in xs { ... }` expressions',
  ],
];

function said(text: string, version: 'v0' | 'v1' = 'v1'): readonly string[] {
  const source = { file: 'f.rego', text: `package a\n${text}`, version };
  return regoErrorsOf(() => parseModule(source)).flatMap(({ code, at, message, hint }) => [
    `${at?.line}:${at?.column} ${code === 'rego_parse_error' ? message : code}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ]);
}

describe('errors of syntax', () => {
  it.each(BROKEN)('%s', (_fact, text, ...lines) => {
    expect(said(text)).toEqual(lines);
  });

  it.each(BROKEN_V0)('v0: %s', (_fact, text, ...lines) => {
    expect(said(text, 'v0')).toEqual(lines);
  });

  it.each([
    ['brackets', '['],
    ['braces', '{'],
    ['parentheses', '('],
    ['calls', 'f('],
    ['comprehensions', '[1 | '],
    ['indexes', 'a['],
    ['templates', '$"{'],
    ['operators', '1 + '],
    ['bodies', '{1 | x = '],
  ])('ten thousand %s in each other are too deep, and no overflow of the stack', (_fact, text) => {
    const [first = ''] = said(`p := ${text.repeat(10_000)}1`);
    expect(first).toContain('max parsing recursion depth exceeded');
  });

  it('tells some of ten thousand errors', () => {
    const lines = Array.from({ length: 10_000 }, () => 'p := )');
    expect(said(lines.join('\n')).length).toBe(MAX_PARSE_ERRORS);
  });

  it('cuts what it quotes of a very long line', () => {
    const [first = ''] = said(`p := "\\u${'x'.repeat(100_000)}"`);
    expect(first.length).toBeLessThan(200);
  });
});
