/** Type errors in OPA's words: one row, one mistake; and what must not be refused. */
import { describe, expect, it } from 'vitest';
import { regoErrorsOf } from '../../../../test/support/rego-errors.ts';
import { compilePolicy } from '../../compile-policy.ts';
import { prepareQuery } from '../../evaluate-query.ts';
import { parseModule } from '../../syntax/parse-module.ts';
import { formatRegoError } from '../../model/rego-error.ts';

function compile(text: string): ReturnType<typeof compilePolicy> {
  const module = parseModule({ file: 'a.rego', text: `package a\n${text}`, version: 'v1' });
  return compilePolicy({ modules: [module] });
}

function errorsOf(text: string): string {
  return regoErrorsOf(() => compile(text))
    .map(formatRegoError)
    .join('\n');
}

const COLLECTION = 'any<string, array[any], object[any: any], set[any]>';

describe('checkTypes', () => {
  it.each<[fact: string, text: string, ...lines: string[]]>([
    [
      'an operand',
      'p := count(1)',
      '2:6: rego_type_error: count: invalid argument(s)',
      'have: (number, ???)',
      `want: (collection: ${COLLECTION}, n: number)`,
    ],
    [
      'an operand by a rule',
      'p := 1\nq := lower(p)',
      '3:6: rego_type_error: lower: invalid argument(s)',
      'have: (number, ???)',
      'want: (x: string, y: string)',
    ],
    [
      'an operand by a member',
      'p contains x if some x in ["a"]\nq if { some y in p; y + 1 == 2 }',
      '3:21: rego_type_error: plus: invalid argument(s)',
      'have: (string, number, ???)',
      'want: (x: number, y: number, z: number)',
    ],
    [
      'an operand that is negated',
      'p if not lower(1)',
      '2:10: rego_type_error: lower: invalid argument(s)',
      'have: (number)',
      'want: (x: string, y: string)',
    ],
    [
      'members of a list',
      'p := concat(",", [1])',
      '2:6: rego_type_error: concat: invalid argument(s)',
      'have: (string, array<number>, ???)',
      'want: (delimiter: string, collection: any<array[string], set[string]>, output: string)',
    ],
    [
      'a result',
      'p if "a" = count("b")',
      '2:12: rego_type_error: count: invalid argument(s)',
      'have: (string, string)',
      `want: (collection: ${COLLECTION}, n: number)`,
    ],
    [
      'an argument that is added to',
      'f(x) := x + 1\np := f("a")',
      '3:6: rego_type_error: data.a.f: invalid argument(s)',
      'have: (string, ???)',
      'want: (number, number)',
    ],
    [
      'a comparison',
      'p if 1 == "a"',
      '2:6: rego_type_error: match error',
      'left  : number',
      'right : string',
    ],
    [
      'a pattern',
      'p if { x := [1, "a"]; [1] = x }',
      '2:23: rego_type_error: match error',
      'left  : array<number>',
      'right : array<number, string>',
    ],
    [
      'a key that no rule has',
      'p := {"x": 1}\nq := p.y',
      '3:6: rego_type_error: undefined ref: data.a.p.y',
      'data.a.p.y',
      '         ^',
      '         have: "y"',
      '         want (one of): ["x"]',
    ],
    [
      'a key that no definition has',
      'p := {"a": 1} if input.x\np := {"b c": 2} if input.y\nq := p["d e"]',
      '4:6: rego_type_error: undefined ref: data.a.p["d e"]',
      'data.a.p["d e"]',
      '         ^',
      '         have: "d e"',
      '         want (one of): ["a" "b c"]',
    ],
    [
      'a key of a number',
      'p := 1\nq := p.x',
      '3:6: rego_type_error: undefined ref: data.a.p.x',
      'data.a.p.x',
      '^^^^^^^^',
      'have: number',
    ],
    [
      'an index of a wrong type',
      'p if { some i in ["a"]; [1][i] }',
      '2:25: rego_type_error: undefined ref: [1][i]',
      '[1][i]',
      '    ^',
      '    have (type): string',
      '    want (type): number',
    ],
    [
      'a key of an open object',
      'p[x] := 1 if some x in ["a"]\nq if p[1]',
      '3:6: rego_type_error: undefined ref: data.a.p[1]',
      'data.a.p[1]',
      '         ^',
      '         have: 1',
      '         want (type): string',
    ],
    [
      'a function as a value',
      'f(x) := lower(x)\np := f',
      '3:6: rego_type_error: undefined ref: data.a.f',
      'data.a.f',
      '^^^^^^^^',
      'have: (string) => string',
    ],
    [
      'in a comprehension',
      'p := [x | x := count(1)]',
      '2:16: rego_type_error: count: invalid argument(s)',
      'have: (number, ???)',
      `want: (collection: ${COLLECTION}, n: number)`,
    ],
    [
      'in a template',
      'p := $"{lower(1)}"',
      '2:9: rego_type_error: lower: invalid argument(s)',
      'have: (number, ???)',
      'want: (x: string, y: string)',
    ],
  ])('refuses %s', (_fact, text, first, ...lines) => {
    expect(errorsOf(text)).toBe([`a.rego:${first}`, ...lines].join('\n\t'));
  });

  it.each<[fact: string, text: string]>([
    ['what input holds', 'p := lower(input.x) if input[1].y.z == input'],
    ['base documents', 'p := data.lib.x.y if data.lib[_] == 1'],
    ['a document beside rules', 'p := data.a.b.c'],
    ['one of several types', 'p := 1 if input.x\np := "a" if input.y\nq := lower(p)'],
    ['members of unknown types', 'p := [x | some x in input.xs]\nq := concat(",", p)'],
    ['an object without options', 'p := json.marshal_with_options({}, {"pretty": true})'],
    ['another key of an open object', 'p[x] := 1 if some x in input.xs\nq := p.y'],
    ['a set of many types', 'p := {1, "a"}\nq if p["b"]'],
    ['an argument that nothing tells', 'f(x) := x\np := f(1)\nq := f("a")'],
    ['definitions for several types', 'f(x) := x + 1\nf(x) := lower(x)\np := f("a")'],
    ['an argument within a closure', 'f(x) := [y | y := x + 1]\np := f("a")'],
    ['a function in a with', 'f(_) := 1\np if count(input) == 1 with count as f'],
    ['operands in every', 'p if every x in [1] { lower(x) }'],
    ['rules below an open object', 'p[x] := 1 if some x in ["a"]\np.b.c := 2\nq := p.b.c'],
    ['a variable that is known later', 'p if { x > 1; x = count(input) }'],
    ['an empty object', 'p := {}\nq := p.x'],
    ['an empty list', 'p := []\nq := p[7]'],
    ['a part of a path', 'p if { walk(input, [path, _]); path[0] == "x" }'],
  ])('admits %s', (_fact, text) => {
    expect(errorsOf(text)).toBe('');
  });

  it('tells no error twice: what follows from one is not told', () => {
    const found = errorsOf('p := {"x": 1}\nq := count(p.y)\nr := q.z\ns := lower(r)');
    expect(found.match(/rego_type_error/g)).toHaveLength(1);
  });

  it('checks queries against the types of rules', () => {
    const policy = compile('p := {"x": 1}');
    const [error] = regoErrorsOf(() => prepareQuery(policy, 'data.a.p.y'));
    expect(error?.message).toContain('undefined ref: data.a.p.y');
    expect(regoErrorsOf(() => prepareQuery(policy, 'data.a.q.y'))).toEqual([]);
    const [other] = regoErrorsOf(() => prepareQuery(policy, 'data[1]'));
    expect(other?.message).toContain('have (type): number\n\t     want (one of): ["a"]');
  });

  it('does not grow with types that double at each rule', () => {
    const rules = Array.from(
      { length: 200 },
      (_, index) => `p${index + 1} := [p${index}]\np${index + 1} := [p${index}, 1] if input.x`,
    );
    expect(errorsOf(['p0 := 1', ...rules].join('\n'))).toBe('');
  });

  it('does not grow with the definitions of one rule', () => {
    const rules = Array.from({ length: 3000 }, (_, index) => `p := {"k${index}": 1} if input.x`);
    expect(errorsOf([...rules, 'q := p.other'].join('\n'))).toBe('');
  });
});
