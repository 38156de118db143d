/** What the compiler refuses, as a table: one row, one mistake, with OPA's code and words. */
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile-policy.ts';
import { parseModule } from './parse-module.ts';
import { RegoErrors, formatRegoError } from './rego-error.ts';

/** The errors of sources, each in a file `a.rego`, `b.rego` …. */
function errorsOf(...texts: readonly string[]): readonly string[] {
  const modules = texts.map((text, index) => {
    const file = `${String.fromCodePoint(97 + index)}.rego`;
    return parseModule({ file, text, version: 'v1' });
  });
  try {
    compilePolicy({ modules });
    return [];
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    return error.errors.map(formatRegoError);
  }
}

const A = 'package a\n';

describe('compilePolicy', () => {
  it.each<[string, string, string]>([
    [
      'a variable without a value',
      'p if x > 1',
      'a.rego:2:6: rego_unsafe_var_error: var x is unsafe',
    ],
    ['a head without a value', 'p := x if true', 'rego_unsafe_var_error: var x is unsafe'],
    ['a negated lookup', 'p if not input.x[_]', 'rego_unsafe_var_error: var _ is unsafe'],
    ['== gives no value', 'p if x == 1', 'rego_unsafe_var_error: var x is unsafe'],
    ['a head of a comprehension', 'p := [x | true]', 'rego_unsafe_var_error: var x is unsafe'],
    ['in every', 'p if every x in [1] { x == y }', 'rego_unsafe_var_error: var y is unsafe'],
    [
      'a rule that needs itself',
      'p if p',
      'rego_recursion_error: rule data.a.p is recursive: data.a.p -> data.a.p',
    ],
    [
      'a ring of rules',
      'p if q\nq if p',
      'rego_recursion_error: rule data.a.p is recursive: data.a.p -> data.a.q -> data.a.p',
    ],
    ['a function that calls itself', 'f(x) := f(x)', 'rule data.a.f is recursive'],
    ['a package around a rule', 'p if data.a', 'rule data.a.p is recursive'],
    ['no such function', 'p if foo(1)', 'a.rego:2:6: rego_type_error: undefined function foo'],
    [
      'no such function of an import',
      'import data.b as c\np if c.foo(1)',
      'a.rego:3:6: rego_type_error: undefined function data.b.foo',
    ],
    ['a call of a call', 'p if f(1).a(2)\nf(x) := x', 'type_error: undefined function f(1).a'],
    ['a call by a variable', 'p if { x := 1; a[x](3) }', 'type_error: undefined function a[x]'],
    ['a call of an array', 'p if [1](2)', 'rego_type_error: undefined function [1]'],
    [
      'with within the value of a rule',
      'q := {"b": 1}\np if q with data.a.q.b as 2',
      'a.rego:3:13: rego_compile_error: with keyword cannot partially replace virtual document(s)',
    ],
    [
      'with for a relation',
      'p if walk(1, _) with walk as 1',
      'with keyword replacing built-in function: target must not be a relation',
    ],
    ['with for unification', 'p if 1 = 1 with eq as 1', 'replacement of "eq" invalid'],
    [
      'too many arguments',
      'f(x) := x\np if f(1, 2, 3)',
      'rego_type_error: function data.a.f has arity 1, got 3 arguments',
    ],
    ['too few operands', 'p := substring("a")', 'rego_type_error: substring: arity mismatch'],
    ['an operand of a wrong type', 'p := count(1)', 'rego_type_error: count: invalid argument(s)'],
    ['assigned twice', 'p if { x := 1; x := 2 }', 'rego_compile_error: var x assigned above'],
    ['used before', 'p if { x = 1; x := 2 }', 'rego_compile_error: var x referenced above'],
    ['an argument again', 'f(x) if x := 2', 'rego_compile_error: arg x redeclared'],
    [
      'declared twice',
      'p if { some x; some x; x = 1 }',
      'rego_compile_error: var x declared above',
    ],
    ['never used', 'p if { some x; true }', 'rego_compile_error: declared var x unused'],
    ['a name of a root', 'p if { input := 1 }', 'variables must not shadow input'],
    ['a rule called data', 'data := 1', 'rules must not shadow data (use a different rule name)'],
    ['two kinds', 'p := 1\np contains 2', 'rego_type_error: conflicting rules data.a.p found'],
    ['two arities', 'f(x) := 1\nf(x, y) := 2', 'conflicting rules data.a.f found'],
    ['two defaults', 'default p := 1\ndefault p := 2', 'multiple default rules data.a.p found'],
    ['a rule in a rule', 'p := 1\np.q := 2', 'rule data.a.p conflicts with [data.a.p.q]'],
    ['no target of with', 'p if true with foo as 1', 'with keyword target must reference existing'],
    ['a builtin that v1 has no more', 'p := any([true])', 'deprecated built-in function calls'],
    [
      'imports of one name',
      'import data.x\nimport input.x\np := x',
      'import must not shadow import',
    ],
  ])('%s', (_name, text, wanted) => {
    expect(errorsOf(A + text).join('\n')).toContain(wanted);
  });

  it.each<[string, string]>([
    ['order does not matter', 'p if { x > 1; x = 2 }'],
    ['a variable of a closure that comes later', 'p if { y := [z | z = x]; x = 1; y }'],
    ['a name in two closures', 'p if { [x | x = 1] == [x | x = 1] }'],
    ['shadowing in a closure', 'p if { x := 1; y := [x | x := 2]; x == 1; y }'],
    ['a rule within open keys', 'p[x] := 1 if x := "a"\np.b := 2'],
    ['a key of rules that its own rule reads another of', 'p[x] := 1 if x := "a"\np.b := p.a'],
    ['an argument that is not used', 'f(_) := 1\np := f(2)'],
  ])('admits: %s', (_name, text) => {
    expect(errorsOf(A + text)).toEqual([]);
  });

  it.each<[string, string, readonly string[]]>([
    ['a variable of head and body', 'p := x if input.x == x', ['a.rego:2:22: var x is unsafe']],
    [
      'a variable rather than its expression',
      'p if count(x) == 1',
      ['a.rego:2:12: var x is unsafe'],
    ],
  ])('tells once of %s', (_name, text, wanted) => {
    const found = errorsOf(A + text).map((each) => each.replace(' rego_unsafe_var_error:', ''));
    expect(found).toEqual(wanted);
  });

  it('finds a package at the place of a rule', () => {
    const found = errorsOf('package a\nb := 1\n', 'package a.b\nc := 1\n').join('\n');
    expect(found).toContain('rego_type_error');
  });
});
