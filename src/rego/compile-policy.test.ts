/** What the compiler refuses, as a table: one row, one mistake, with OPA's code and words. */
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile-policy.ts';
import { parseModule } from './syntax/parse-module.ts';
import { RegoErrors, formatRegoError } from './model/rego-error.ts';

/** How sources are read. */
interface Reading {
  readonly version?: 'v0' | 'v1';
  readonly isStrict?: boolean;
}

/** The errors of sources, each in a file `a.rego`, `b.rego` …. */
function errorsOf(...texts: readonly string[]): readonly string[] {
  return errorsAs({}, ...texts);
}

function errorsAs({ version = 'v1', isStrict = false }: Reading, ...texts: readonly string[]) {
  const modules = texts.map((text, index) => {
    const file = `${String.fromCodePoint(97 + index)}.rego`;
    return parseModule({ file, text, version });
  });
  try {
    compilePolicy({ modules, isStrict });
    return [];
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    return error.errors.map(formatRegoError);
  }
}

const A = 'package a\n';
const REPLACING = 'rego_compile_error: with keyword replacing built-in function:';

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
      'a builtin behind the name of a rule',
      'time := 1\np := time.now_ns()',
      'a.rego:3:6: rego_type_error: undefined function data.a.time.now_ns',
    ],
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

  it.each<[fact: string, text: string, wanted: string]>([
    [
      'a word of v1',
      'p { x = every; x }',
      '2:9: rego_unsafe_var_error: var every is unsafe (hint:',
    ],
    ['what v1 refuses stays legal', 'import data.x\nimport data.x\np { any([x]) }', ''],
  ])('v0: %s', (_name, text, wanted) => {
    const found = errorsAs({ version: 'v0' }, A + text).join('\n');
    expect(wanted === '' ? found === '' : found.includes(wanted)).toBe(true);
  });

  it.each<[fact: string, text: string, ...wanted: string[]]>([
    ['the number of print', 'p := print(1)', '2:6: rego_type_error: print(…) used as value'],
    ['print of nothing known', 'p if print(x)', '2:12: rego_compile_error: var x is undeclared'],
    ['a template', 'p := $"{x}"', '2:9: rego_compile_error: var x is undeclared'],
    [
      'assignment that is negated',
      'p if not x := 1',
      '2:6: rego_compile_error: cannot assign vars inside negated expression',
    ],
    [
      'assignment to a number',
      'p if [x, 1] := [1, 1]',
      '2:10: rego_compile_error: cannot assign to number',
    ],
    ['assignment to a ref', 'p if input.x := 1', '2:6: rego_compile_error: cannot assign to ref'],
    ['assignment to a call', 'p if f(x) := 1', '2:6: rego_compile_error: cannot assign to call'],
    [
      'a variable that is called',
      'p if { count := 1; count([]) }',
      '2:20: rego_compile_error: called function count shadowed',
    ],
    [
      'a value that is assigned before it is known',
      'p if { x := y }',
      '2:8: rego_unsafe_var_error: var x is unsafe',
      '2:13: rego_unsafe_var_error: var y is unsafe',
    ],
    [
      'a variable of a closure, once',
      'p := [x | x := y]',
      '2:11: rego_unsafe_var_error: var x is unsafe',
      '2:16: rego_unsafe_var_error: var y is unsafe',
    ],
    [
      'every that does not look',
      'p if every x in [1] { true }',
      '2:12: rego_compile_error: declared var x unused',
    ],
    [
      'with below a rule',
      'p := input\nq if p with data.a.p.x as 2',
      '3:13: rego_compile_error: with keyword cannot partially replace virtual document(s)',
    ],
    [
      'with of a relation',
      'p if true with walk as count',
      `2:16: ${REPLACING} target must not be a relation`,
    ],
    [
      'with of an operator',
      'p if true with internal.member_2 as count',
      `2:16: ${REPLACING} replacement of internal function "internal.member_2" invalid`,
    ],
    [
      'a function of an import',
      'import data.lib\np := lib.f(1)',
      '3:6: rego_type_error: undefined function data.lib.f',
    ],
    [
      'versions imported twice',
      'import rego.v1\nimport rego.v1\np := 1',
      '3:1: rego_compile_error: import must not shadow import rego.v1',
    ],
    [
      'one kind of error at a time',
      'import data.x\nimport data.x\np if y\nq := count(1)',
      '3:1: rego_compile_error: import must not shadow import data.x',
    ],
  ])('tells %s', (_name, text, ...wanted) => {
    expect(errorsOf(A + text)).toEqual(wanted.map((each) => `a.rego:${each}`));
  });

  it.each<[fact: string, text: string, ...wanted: string[]]>([
    ['an assigned variable', 'p if x := 1', '2:6: rego_compile_error: assigned var x unused'],
    [
      'a part of a pattern',
      'p if { [x, y] := [1, 2]; x }',
      '2:12: rego_compile_error: assigned var y unused',
    ],
    ['in a closure', 'p := [1 | x := 2]', '2:11: rego_compile_error: assigned var x unused'],
    [
      'an argument',
      'f(x) := 1',
      '2:1: rego_compile_error: unused argument x. (hint: use _ (wildcard variable) instead)',
    ],
    [
      'an argument in a pattern',
      'f([x, y]) := x',
      '2:1: rego_compile_error: unused argument y. (hint: use _ (wildcard variable) instead)',
    ],
    [
      'an import',
      'import data.x as y\np := 1',
      '2:1: rego_compile_error: import data.x as y unused',
    ],
    ['nothing of v1', 'import rego.v1\np := 1'],
    ['no argument of a branch', 'f(x) := 1 if true else := x'],
    ['no default', 'default f(x) := 1\nf(x) := x'],
    [
      'no wildcard',
      'f(_) := 1\np if [_, x] := [1, true]\nq if p',
      '3:10: rego_compile_error: assigned var x unused',
    ],
    ['no import of a function', 'import input.x\np := lower(x)'],
    ['no value of a head', 'p := x if x := 1\nq[y] := 1 if y := "a"'],
  ])('strict: %s', (_name, text, ...wanted) => {
    const found = errorsAs({ isStrict: true }, A + text);
    expect(found).toEqual(wanted.map((each) => `a.rego:${each}`));
    expect(errorsOf(A + text)).toEqual([]);
  });

  it.each([
    'import input.x\ntest_p if p with x as 1\np := 1',
    'f(x) if g(1) with data.z as x\ng(_) := 1',
    'p contains x if x := 1',
    'p[x].q := 1 if x := "a"',
    'p if { x := "a"; not q[x] }\nq := input',
    'p := {x: y | some y in [1]; x := "a"}',
    'p := $"{x}" if x := 1',
    'p if { x := 1; every v in [1] { v == x } }',
  ])('strict: all is used in %j', (text) => {
    expect(errorsAs({ isStrict: true }, A + text)).toEqual([]);
  });

  it('strict: v0 is held to what v1 forbids', () => {
    const found = errorsAs({ version: 'v0', isStrict: true }, `${A}p { any([true]) }`);
    expect(found).toEqual([
      'a.rego:2:5: rego_type_error: deprecated built-in function calls in expression: any',
    ]);
  });

  it('tells ten errors and that there are more', () => {
    const rules = Array.from({ length: 50 }, (_, index) => `p${index} if x > 1`);
    const found = errorsOf(A + rules.join('\n'));
    expect(found).toHaveLength(11);
    expect(found.at(-1)).toBe('rego_compile_error: error limit reached');
  });

  it('finds a package at the place of a rule', () => {
    const found = errorsOf('package a\nb := 1\n', 'package a.b\nc := 1\n').join('\n');
    expect(found).toContain('rego_type_error');
  });
});
