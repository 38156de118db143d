/** Rules in the forms of v0 and v1, shown as v1 writes them. */
import { describe, expect, it } from 'vitest';
import { regoErrorsOf } from '../../../test/support/rego-errors.ts';
import { ruleText } from '../../../test/support/rego-text.ts';
import { FUTURE_KEYWORDS, OLD_KEYWORDS } from './rego-token.ts';
import { parseModule } from './parse-module.ts';
import type { Module, RegoVersion } from './syntax.ts';

function read(rules: string, version: RegoVersion): Module {
  return parseModule({ file: 'f.rego', text: `package a\n${rules}`, version });
}

/** The rules of a text, a line each. */
function show(rules: string, version: RegoVersion): string {
  return read(rules, version).rules.map(ruleText).join('\n');
}

/** Errors as `line:column message`, counted without the package's line. */
function errorsOf(rules: string, version: RegoVersion): readonly string[] {
  const errors = regoErrorsOf(() => read(rules, version));
  return errors.map(({ at, message }) => `${(at?.line ?? 0) - 1}:${at?.column} ${message}`);
}

const KEYWORDS = [...OLD_KEYWORDS, ...FUTURE_KEYWORDS];
const BARE = '`if` keyword is required before rule body';
const NO_CONTAINS = '`contains` keyword is required for partial set rules';

describe('rules of v1', () => {
  it.each([
    ['a value', 'p := 1', 'p := 1 if { true }'],
    ['a value by =', 'p = 1', 'p := 1 if { true }'],
    ['a body', 'p if { a; b }', 'p := true if { a; b }'],
    ['a body of one statement', 'p if a == 1', 'p := true if { (a == 1) }'],
    ['a body on the next line', 'p if\n  a', 'p := true if { a }'],
    ['a value and a body', 'p := x if { x := 1 }', 'p := x if { x := 1 }'],
    ['contains', 'p contains x if { x := 1 }', 'p contains x if { x := 1 }'],
    ['contains and if without blanks', 'p contains[1] if[2]', 'p contains [1] if { [2] }'],
    ['contains without a body', 'p contains 1', 'p contains 1 if { true }'],
    [
      'contains in a body without if',
      'p contains x if some x in xs',
      'p contains x if { some x in xs }',
    ],
    ['a ref', 'a.b.c := 1', 'a.b.c := 1 if { true }'],
    ['a ref with a variable', 'p[x] := y if { x := 1; y := 2 }', 'p[x] := y if { x := 1; y := 2 }'],
    ['a ref without a value', 'p[x] if { x := 1 }', 'p[x] := true if { x := 1 }'],
    [
      'a ref of many parts',
      'p[x].q["r s"][0] contains y if { x := y }',
      'p[x].q["r s"][0] contains y if { x := y }',
    ],
    ['a ref with a term', 'p[input.x].r := "foo"', 'p[input.x].r := "foo" if { true }'],
    ['a function', 'f(x) := y if { y := x }', 'f(x) := y if { y := x }'],
    ['a function without a value', 'f(x) if x', 'f(x) := true if { x }'],
    [
      'a function of constants and patterns',
      'f(1, [x, _], {"a": y}) := x + y',
      'f(1, [x, _], {"a": y}) := (x + y) if { true }',
    ],
    ['a function without value and body', 'f(x)', 'f(x) := true if { true }'],
    ['a function below a path', 'a.b.f(x) := x', 'a.b.f(x) := x if { true }'],
    ['a blank behind the name', 'f (x) := x', 'f(x) := x if { true }'],
    ['a default', 'default p := {"a": [1, set()]}', 'default p := {"a": [1, set()]}'],
    ['a default of true', 'default p', 'default p := true'],
    ['a name that nothing can call', '_ if { a }', '_ := true if { a }'],
    ['arguments that are none', 'f() := 1\ng() if { a }', 'f := 1 if { true }\ng := true if { a }'],
    ['a head of lines', 'p # one\n\n  contains a # two\n\n  if { b }', 'p contains a if { b }'],
    ['a default by =', 'default p = false', 'default p := false'],
    [
      'a default of a closed comprehension',
      'default p := [x | some x in input.a]',
      'default p := [x | some x in input.a]',
    ],
    ['a default function', 'default f(_, x) := 1', 'default f(_, x) := 1'],
    ['a default below a path', 'default a.b := 1', 'default a.b := 1'],
    [
      'else',
      'p := 1 if { a } else := 2 if { b } else := 3',
      'p := 1 if { a } else := 2 if { b } else := 3 if { true }',
    ],
    [
      'else without a value',
      'p if { a } else if { b } else if c',
      'p := true if { a } else := true if { b } else := true if { c }',
    ],
    ['else on the next line', 'p := 1 if a\nelse = 2 if b', 'p := 1 if { a } else := 2 if { b }'],
    [
      'else of a function',
      'f(x) := 1 if { x } else := 2',
      'f(x) := 1 if { x } else := 2 if { true }',
    ],
    [
      'else below terms',
      'p[[1, {"a": {2}}]].q := 1 if { x } else := 2',
      'p[[1, {"a": {2}}]].q := 1 if { x } else := 2 if { true }',
    ],
    ['else below a path', 'a.b := 1 if { x } else := 2', 'a.b := 1 if { x } else := 2 if { true }'],
    ['bodies in a row', 'p if { a } { b }', 'p := true if { a }\np := true if { b }'],
    ['two on a line', 'p := 1 q := 2', 'p := 1 if { true }\nq := 2 if { true }'],
    [
      'a keyword that begins a ref',
      'if.a := 1\nimport["b"] contains 2\ndefault not.c := 3\npackage.f(x) := x',
      'if.a := 1 if { true }\nimport.b contains 2 if { true }\ndefault not.c := 3\npackage.f(x) := x if { true }',
    ],
    [
      'else that begins a ref',
      'p := 1 if { a }\nelse.b := 2',
      'p := 1 if { a }\nelse.b := 2 if { true }',
    ],
    [
      'with and in that begin a ref',
      'p := a\nwith.b := 1\nq := c\nin.d := 2',
      'p := a if { true }\nwith.b := 1 if { true }\nq := c if { true }\nin.d := 2 if { true }',
    ],
    ['contains in a path', 'a.contains contains 1', 'a.contains contains 1 if { true }'],
    ['comments between', 'p if { # one\n  a # two\n\n  # three\n  b\n}', 'p := true if { a; b }'],
  ])('reads %s', (_fact, text, shown) => {
    expect(show(text, 'v1')).toBe(shown);
  });

  it.each([
    ['a body of one statement in braces', 'p if { a }', 'p := true if { a }'],
    ['a body of a comparison', 'p if { a == b }', 'p := true if { (a == b) }'],
    ['a body with a comma', 'p if { k, v in xs }', 'p := true if { (k, v in xs) }'],
    ['a body that is a set', 'p if { {1} }', 'p := true if { {1} }'],
    ['the empty object', 'p if {}', 'p := true if { {} }'],
    ['an object', 'p if {"a": 1}', 'p := true if { {"a": 1} }'],
    ['a comprehension', 'p if { a | b }', 'p := true if { {a | b} }'],
    ['an object comprehension', 'p if {a: b | c}', 'p := true if { {a: b | c} }'],
    ['a set that is compared', 'p if {1} == {x}', 'p := true if { ({1} == {x}) }'],
    ['a set that is unified', 'p if {1} = x', 'p := true if { {1} = x }'],
    ['a set with a ref', 'p if {1}[x]', 'p := true if { {1}[x] }'],
    ['a set with with', 'p if {x} with input as 1', 'p := true if { {x} with input as 1 }'],
    ['an object within a body', 'p if { {"a": 1} == x }', 'p := true if { ({"a": 1} == x) }'],
    ['an object behind a name', 'p if { x := {"a": 1} }', 'p := true if { x := {"a": 1} }'],
    [
      'a comprehension that is compared',
      'p if { {a | b} == c }',
      'p := true if { ({a | b} == c) }',
    ],
    [
      'a body behind else if',
      'p if { a } else if { b | c }',
      'p := true if { a } else := true if { (b | c) }',
    ],
  ])('tells a body and a term behind if apart: %s', (_fact, text, shown) => {
    expect(show(text, 'v1')).toBe(shown);
  });

  it.each([
    ['a name alone', 'p', ['1:1 var cannot be used for rule name']],
    ['a number', '1', ['1:1 number cannot be used for rule name']],
    ['a string', '"p"', ['1:1 string cannot be used for rule name']],
    ['a set', '{1}', ['1:1 set cannot be used for rule name']],
    ['a comprehension', '[x | x]', ['1:1 arraycomprehension cannot be used for rule name']],
    ['an operator', '1 + 2', ['1:1 rule name conflicts with built-in function']],
    ['a keyword', 'if := 1', ['1:1 unexpected if keyword: expected a rule']],
    ['contains', 'contains := 1', ['1:1 contains keyword cannot be used for rule name']],
    ['not', 'not p', ['1:1 negated expressions cannot be used for rule head']],
    ['some', 'some p', ["1:1 'some' declarations cannot be used for rule head"]],
    ['every', 'every p in q { r }', ['1:1 expression cannot be used for rule head']],
    [
      'a comparison',
      'p == 1',
      ['1:3 unexpected equal token: expected :=, =, contains, if, { or a new rule'],
    ],
    [
      'with',
      'p := 1 with input as 2',
      ['1:8 expressions using with keyword cannot be used for rule head'],
    ],
    [
      'several statements',
      'p := 1; q := 2',
      ['1:7 multiple expressions cannot be used for rule head'],
    ],
    ['no arguments', 'f()', ['1:1 rule argument list must take at least one argument']],
    [
      'a path behind arguments',
      'f(x).y := 1',
      ['1:5 unexpected . token: rule head ref invalid: nothing can stand behind the arguments'],
    ],
    [
      'contains with arguments',
      'f(x) contains 1',
      [
        '1:6 unexpected contains keyword: the contains keyword can only be used with multi-value rule definitions (e.g., f contains <VALUE> { ... })',
      ],
    ],
    [
      'contains without a term',
      'a["b c"][x] contains }',
      [
        '1:22 unexpected } token: expected rule key term (e.g., a["b c"][x] contains <VALUE> { ... })',
      ],
    ],
    [
      'no value',
      'p := }',
      ['1:6 unexpected } token: expected rule value term (e.g., p := <VALUE> { ... })'],
    ],
    [
      'no value of a function',
      'f(x) =',
      ['1:7 unexpected eof token: expected function value term (e.g., f(...) = <VALUE> { ... })'],
    ],
    [
      'no value of a default',
      'default p :=',
      ['1:13 unexpected eof token: expected default rule value term (e.g., default p := <VALUE>)'],
    ],
    ['a default of a part', 'default p[0]', ['1:1 illegal default rule (must have a value)']],
    ['data alone', 'data', ['1:1 refs cannot be used for rule head']],
    [
      'if in the middle of bodies',
      'p if { a } if { b }',
      ['1:12 unexpected if keyword: expected a rule'],
    ],
    [
      'else behind a second body',
      'p if { a } { b } else := 1',
      ['1:18 unexpected else keyword: expected a rule'],
    ],
    [
      'a default with contains',
      'default p contains 1',
      ['1:1 illegal default rule (must have a value)'],
    ],
    [
      'a default of a keyword',
      'default if := 1',
      ['1:9 unexpected if keyword: expected rule head name'],
    ],
    [
      'a default of a variable',
      'default p := x',
      ['1:1 illegal default rule (value cannot contain var)'],
    ],
    [
      'a default of input',
      'default p := {"a": input}',
      ['1:1 illegal default rule (value cannot contain ref)'],
    ],
    [
      'a default of a ref',
      'default p := [input.x]',
      ['1:1 illegal default rule (value cannot contain ref)'],
    ],
    [
      'a default of a call',
      'default p := 1 + 1',
      ['1:1 illegal default rule (value cannot contain call)'],
    ],
    [
      'a default of a template',
      'default p := $"{1}"',
      ['1:1 illegal default rule (value cannot contain templatestring)'],
    ],
    [
      'a default of constants',
      'default f(1) := 1',
      ['1:1 illegal default rule (arguments cannot contain number)'],
    ],
    [
      'a default of one argument twice',
      'default f(x, x) := 1',
      ['1:1 illegal default rule (arguments cannot be repeated x)'],
    ],
    ['no body behind if', 'p if', ['1:5 unexpected eof token: rule body expected']],
    ['an open body', 'p if { a', ['1:9 unexpected eof token: expected \\n or ; or }']],
    [
      'two statements on a line',
      'p if { a b }',
      ['1:10 unexpected identifier token: expected \\n or ; or }'],
    ],
    ['a ; at the end', 'p if { a; }', ['1:11 unexpected } token: expected a term']],
    [
      'else of a set',
      'p contains 1 if { a } else := 2',
      ['1:23 else keyword cannot be used on multi-value rules'],
    ],
    [
      'else below a variable',
      'p[x] := 1 if { a } else := 2',
      ['1:20 else keyword cannot be used on rules with variables in head'],
    ],
    [
      'else of nothing',
      'p if { a } else',
      ['1:16 unexpected eof token: expected else value term or rule body'],
    ],
    [
      'a body behind else',
      'p if { a } else := 1 if { b } { c }',
      ['1:31 unexpected { token: expected else keyword'],
    ],
    ['a body without if', 'p { a }', [`1:1 ${BARE}`]],
    ['a function without if', 'f(x) { a }', ['1:1 `if` keyword is required before function body']],
    ['a second body without if', 'p { a } { b }', [`1:1 ${BARE}`, `1:9 ${BARE}`]],
    ['an else without if', 'p if { a } else := 1 { b }', [`1:12 ${BARE}`]],
    ['a set in v0 form', 'p[x] { x := 1 }', [`1:1 ${BARE}`, `1:1 ${NO_CONTAINS}`]],
    ['a set in v0 form without a body', 'p["a"]', [`1:1 ${NO_CONTAINS}`]],
    ['a path alone', 'p.q.r', ['1:1 rule must have value assignment and/or body declaration']],
  ])('refuses %s', (_fact, text, messages) => {
    expect(errorsOf(text, 'v1')).toEqual(messages);
  });

  it('tells how a v0 source is read', () => {
    const [first] = regoErrorsOf(() => read('p[x] { x := 1 }', 'v1'));
    expect(first?.hint).toContain('--v0-compatible');
  });

  it('tells where rules stand', () => {
    const { rules } = read('p if { a } else := 1\n  default q := 1\nr if { a } { b }', 'v1');
    expect(rules.map(({ at }) => `${at.line}:${at.column}`)).toEqual(['2:1', '3:3', '4:1', '4:12']);
    expect(rules[0]?.otherwise[0]?.at).toMatchObject({ line: 2, column: 12 });
  });

  it('gives the wildcards of chained rules names of their own', () => {
    const names = read('f(_, x) if { a } { b }', 'v1').rules.map(({ args }) => args);
    expect(names).toMatchObject([
      [{ name: '$0' }, { name: 'x' }],
      [{ name: '$1' }, { name: 'x' }],
    ]);
  });
});

describe.each(KEYWORDS)('the keyword %s in refs', (word) => {
  it.each([
    ['begins a head', 'K.a := 1', 'K.a := 1 if { true }'],
    ['begins a head with a body', 'K.a if { b }', 'K.a := true if { b }'],
    ['begins a head in brackets', 'K["a b"] := 1', 'K["a b"] := 1 if { true }'],
    ['ends a head', 'a.K := 1', 'a.K := 1 if { true }'],
    ['is in a head', 'a.K.b contains 1 if { c }', 'a.K.b contains 1 if { c }'],
    ['begins a default', 'default K.a(_) := 1', 'default K.a(_) := 1'],
    ['begins a function', 'K.a(x) := x if { b }', 'K.a(x) := x if { b }'],
    [
      'begins a set',
      'a contains 1\nK.b contains 2',
      'a contains 1 if { true }\nK.b contains 2 if { true }',
    ],
    ['follows a value', 'a := 1\nK.b := 2', 'a := 1 if { true }\nK.b := 2 if { true }'],
    ['follows a body', 'a if { b }\nK.c := 2', 'a := true if { b }\nK.c := 2 if { true }'],
    [
      'follows else',
      'a if { b } else := 1\nK.c := 2',
      'a := true if { b } else := 1 if { true }\nK.c := 2 if { true }',
    ],
    [
      'begins statements',
      'a if {\nK.b == 1\nK["c"]\nnot K.d\nK.e(1) == 2\n}',
      'a := true if { K.b == 1; K.c; not K.d; K.e(1) == 2 }',
    ],
    ['is in statements', 'a if { b.K == c.K.d }', 'a := true if { (b.K == c.K.d) }'],
  ])('%s', (_fact, text, shown) => {
    const rules = show(text.replaceAll('K', word), 'v1');
    expect(rules).toBe(shown.replaceAll('K', word));
  });

  it('is in packages and imports', () => {
    const text = `package ${word}.a\nimport data.${word}.b\nimport data.${word} as c`;
    const module = parseModule({ file: 'f.rego', text, version: 'v1' });
    expect(module.package).toEqual([word, 'a']);
    expect(module.imports.map(({ path }) => path)).toEqual([
      ['data', word, 'b'],
      ['data', word],
    ]);
  });

  it('is no name of a rule', () => {
    expect(errorsOf(`${word} := 1`, 'v1')).toHaveLength(1);
    expect(errorsOf(`${word} if { true }`, 'v1')).toHaveLength(1);
  });
});

describe('rules of v0', () => {
  it.each([
    ['a body', 'p { a }', 'p := true if { a }'],
    ['a value and a body', 'p = x { x := 1 }', 'p := x if { x := 1 }'],
    ['a set', 'p[x] { x := 1 }', 'p contains x if { x := 1 }'],
    ['a head of lines', 'q # one\n\n  [a] # two\n\n  { b }', 'q contains a if { b }'],
    ['a set without a body', 'p[1]', 'p contains 1 if { true }'],
    ['a set by a dot', 'p.q { a }', 'p contains "q" if { a }'],
    ['an object', 'p[x] = y { x := 1; y := 2 }', 'p[x] := y if { x := 1; y := 2 }'],
    ['an object without a body', 'p["a"] = 1', 'p.a := 1 if { true }'],
    ['a path', 'p.q.r { a }', 'p.q.r := true if { a }'],
    ['a path alone', 'p.q.r', 'p.q.r := true if { true }'],
    ['a function', 'f(x) = y { y := x }', 'f(x) := y if { y := x }'],
    [
      'else',
      'p = 1 { a } else = 2 { b } else { c }',
      'p := 1 if { a } else := 2 if { b } else := true if { c }',
    ],
    [
      'bodies in a row',
      'p[x] { x := 1 } { x := 2 }',
      'p contains x if { x := 1 }\np contains x if { x := 2 }',
    ],
    [
      'the words of v1 as names',
      'in := 1\nif { every }\nevery(contains) = 2',
      'in := 1 if { true }\nif := true if { every }\nevery(contains) := 2 if { true }',
    ],
    [
      'in as it is imported',
      'import future.keywords.in\np { some x in xs }',
      'p := true if { some x in xs }',
    ],
    [
      'every as it is imported',
      'import future.keywords.every\np { every x in xs { x } }',
      'p := true if { every x in xs { x } }',
    ],
    [
      'contains as it is imported',
      'import future.keywords.contains\np contains x { x := 1 }',
      'p contains x if { x := 1 }',
    ],
    [
      'if as it is imported',
      'import future.keywords.if\np[x] if x := 1',
      'p[x] := true if { x := 1 }',
    ],
    [
      'all that is imported',
      'import future.keywords\np contains x if { 1 in x }',
      'p contains x if { (1 in x) }',
    ],
    [
      'both forms beside each other',
      'import future.keywords\np { a }\nq if { a }',
      'p := true if { a }\nq := true if { a }',
    ],
    ['v1 by import', 'import rego.v1\np contains x if { x := 1 }', 'p contains x if { x := 1 }'],
  ])('reads %s', (_fact, text, shown) => {
    expect(show(text, 'v0')).toBe(shown);
  });

  it.each([
    [
      'v0 forms with v1 by import',
      'import rego.v1\np[x] { x := 1 }',
      [`2:1 ${BARE}`, `2:1 ${NO_CONTAINS}`],
    ],
    [
      'an imported keyword as a name',
      'import future.keywords.in\nin := 1',
      ['2:1 unexpected in keyword: expected a rule'],
    ],
    ['if without its import', 'p if { a }', ['1:1 var cannot be used for rule name']],
    [
      'else of a keyed rule',
      'p["a"] = 1 { a } else = 2 { b }',
      ['1:18 else keyword cannot be used on multi-value rules'],
    ],
    ['an empty body', 'p { }', ['1:5 found empty body']],
  ])('refuses %s', (_fact, text, messages) => {
    expect(errorsOf(text, 'v0')).toEqual(messages);
  });

  it('is v1 by import', () => {
    expect(read('import rego.v1\np := 1', 'v0').version).toBe('v1');
    expect(read('import future.keywords\np := 1', 'v0').version).toBe('v0');
  });
});
