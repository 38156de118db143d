/** What queries give, as a table, and where evaluations end. */
import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile-policy.ts';
import { type EvaluationInput, evaluateQuery, prepareQuery } from './evaluate-query.ts';
import { parseModule } from './syntax/parse-module.ts';
import { formatValue } from './model/value.ts';
import type { Value } from './model/value.ts';

/** The value of `data.a.p`, printed; `undefined` where it has none. */
function valueOf(text: string, options: EvaluationInput = {}): string {
  const module = parseModule({ file: 'a.rego', text: `package a\n${text}`, version: 'v1' });
  const policy = compilePolicy({ modules: [module], data: { base: [3, 1, 2] } });
  const [first] = evaluateQuery(prepareQuery(policy, 'data.a.p'), options);
  return first === undefined ? 'undefined' : formatValue(first.values[0] as Value);
}

const INPUT: Value = { kind: 'Pod', images: ['a', 'b', 'a'], nested: { x: { y: null } } };

describe('evaluateQuery', () => {
  it.each([
    ['x', 'var x is unsafe'],
    ['_', 'var _ is unsafe'],
    ['count([y | z])', 'var y is unsafe'],
  ])('the query %s is told what is unsafe in it, and nothing of our own', (query, message) => {
    const prepare = () => prepareQuery(compilePolicy({ modules: [] }), query);
    expect(prepare).toThrow(new RegExp(`^[^\n]*: ${message}(\n.*var z is unsafe)?$`));
  });

  it('binds the answer of a call that a query gives a place for', () => {
    const query = prepareQuery(compilePolicy({ modules: [] }), 'walk([7], [path, value])');
    const found = evaluateQuery(query).map(({ bindings }) => formatValue(bindings as Value));
    expect(found).toEqual(['{"path": [], "value": [7]}', '{"path": [0], "value": 7}']);
  });

  it.each<[string, string, string]>([
    ['a set comprehension', 'p := {x | some x in input.images}', '{"a", "b"}'],
    ['keys of an array', 'p := [i | input.images[i] == "a"]', '[0, 2]'],
    ['null is a value', 'p := input.nested.x.y', 'null'],
    ['null wins over a default', 'default p := 1\np := null', 'null'],
    ['a default', 'default p := 1\np := 2 if false', '1'],
    ['else', 'p := 1 if false\nelse := 2 if input.kind == "Pod"', '2'],
    ['a pattern', 'p := [x, y] if [x, {"k": y}] = [1, {"k": 2}]', '[1, 2]'],
    ['patterns on both sides', 'p := [x, y] if [x, 1] = [2, y]', '[2, 1]'],
    ['no pattern fits', 'p if [x, "none"] = input.images', 'undefined'],
    ['base documents', 'p := [x | x := data.base[_]]', '[3, 1, 2]'],
    ['with input', 'q := input.kind\np := x if x := q with input.kind as "Job"', '"Job"'],
    ['with data', 'p := x if x := data.base with data.base as 7', '7'],
    ['with a function', 'f(_) := 2\np := x if x := count([]) with count as f', '2'],
    [
      'with ends with its statement',
      'q := input.kind\np := [a, q] if a := q with input.kind as 1',
      '[1, "Pod"]',
    ],
    ['every holds over nothing', 'p if every x in [] { x != x }', 'true'],
    ['every over what is no collection', 'p if every _ in 1 { true }', 'undefined'],
    ['not undefined', 'p if not input.missing', 'true'],
    ['a call of undefined is not negated', 'p if not startswith(input.missing, "a")', 'undefined'],
    ['print of undefined', 'p if print("x", input.missing)', 'true'],
    [
      'general ref heads',
      'p[x].y contains z if { some x, z in ["a", "b"] }',
      '{0: {"y": {"a"}}, 1: {"y": {"b"}}}',
    ],
    ['a builtin that fails', 'p := to_number("x")', 'undefined'],
    ['a template', 'p := $"{input.kind}: {input.missing}"', '"Pod: <undefined>"'],
    ['a key of rules reads another key', 'r[x] := 1 if x := "a"\nr.b := r.a\np := r.b', '1'],
    ['a rule with the name of a sign', 'plus := 1\np := plus + 1', '2'],
    ['a function with the name of a builtin', 'count(_) := 7\np := count([])', '7'],
    ['__proto__ is a key', 'p := {"__proto__": 1}["__proto__"]', '1'],
    ['no properties of JavaScript', 'p := input.constructor', 'undefined'],
    ['no length of arrays', 'p := input.images.length', 'undefined'],
  ])('%s', (_name, text, wanted) => {
    expect(valueOf(text, { input: INPUT })).toBe(wanted);
  });

  it('prints', () => {
    const lines: string[] = [];
    valueOf('p if print("x", [1], input.missing)', { print: (line) => void lines.push(line) });
    expect(lines).toEqual(['x [1] <undefined>']);
  });

  it.each<[string, string, string]>([
    ['complete rules', 'p := 1\np := 2', 'complete rules must not produce multiple outputs'],
    ['functions', 'f(_) := 1\nf(_) := 2\np := f(0)', 'functions must not produce multiple outputs'],
    ['keys', 'p[x] := y if { some y in [1, 2]; x := "a" }', 'object keys must be unique'],
    ['object comprehensions', 'p := {"a": x | some x in [1, 2]}', 'object keys must be unique'],
    ['the network', 'p := http.send({})', 'http.send: refused'],
  ])('ends at a conflict of %s', (_name, text, wanted) => {
    expect(() => valueOf(text)).toThrow(wanted);
  });

  const many = 'some a in numbers.range(1, 1000); some b in numbers.range(1, 1000)';
  const chain = Array.from({ length: 50 }, (_, at) => `q${at} if q${at + 1}`).join('\n');

  it.each<[string, string, EvaluationInput, string]>([
    ['steps', `p := count([1 | ${many}])`, { limits: { steps: 10_000 } }, '10000 steps'],
    ['bytes', `p := [[a, b] | ${many}]`, { limits: { bytes: 10_000 } }, '10000 bytes of results'],
    ['depth', `${chain}\nq50 := 1\np := q0`, { limits: { depth: 20 } }, '20 rules and loops'],
    ['a deep input', 'p := 1', { input: deep(2000) }, 'the input is nested more than 1000'],
  ])('ends at its limit of %s', (_name, text, options, wanted) => {
    expect(() => valueOf(text, options)).toThrow(wanted);
  });

  it('comes out of a relation as deep as it went in', () => {
    const text = 'f(x) if walk(x, _)\np := count([1 | some i in numbers.range(1, 100); f([i])])';
    expect(valueOf(text, { limits: { depth: 20 } })).toBe('100');
  });

  it('ends errors of builtins where that is asked for', () => {
    const strictBuiltinErrors = true;
    expect(() => valueOf('p := to_number("x")', { strictBuiltinErrors })).toThrow('to_number');
  });

  it('gives the values of all statements and all variables', () => {
    const query = prepareQuery(compilePolicy({ modules: [] }), 'x := [1, 2][_]; x > 1; 7');
    expect(evaluateQuery(query)).toEqual([
      { bindings: { x: 1 }, values: [true, false, 7] },
      { bindings: { x: 2 }, values: [true, true, 7] },
    ]);
  });
});

function deep(levels: number): Value {
  let value: Value = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}
