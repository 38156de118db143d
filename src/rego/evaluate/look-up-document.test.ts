/** What a document gives at known keys, as a table: one row, one fact about keys of heads. */
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../compile-policy.ts';
import { type EvaluationInput, evaluateQuery, prepareQuery } from '../evaluate-query.ts';
import { parseModule } from '../syntax/parse-module.ts';
import { RegoErrors } from '../model/rego-error.ts';
import { RegoSet, type Value, formatValue } from '../model/value.ts';

/** The value of `data.a.p`, printed; `undefined` where it has none. */
function valueOf(text: string, options: EvaluationInput = {}): string {
  const module = parseModule({ file: 'a.rego', text: `package a\n${text}`, version: 'v1' });
  const policy = compilePolicy({ modules: [module], data: { users: USERS } });
  const [first] = evaluateQuery(prepareQuery(policy, 'data.a.p'), options);
  return first === undefined ? 'undefined' : formatValue(first.values[0] as Value);
}

const USERS = Object.fromEntries(
  Array.from({ length: 1000 }, (_, at) => [`user-${at}`, { name: `user-${at}`, role: at % 3 }]),
);

/** Keys that only the evaluation knows, so that types have nothing to say. */
const KEYS: Value = [
  ...JSON.parse('[0, 1, 2, "a", "b", "c", "name", null, true, [1], [0, "a"], [1, "b"], {"a": 1}]'),
  ['users', 0, 'name'],
  RegoSet.of([1]),
  RegoSet.of([1, 2]),
];

/** What may stand behind such a key. */
const REST = ['', '[_]', '.name', '[input.keys[_]]', '.name[_]'];

/** What a document has at each key, each behind all before; what types refuse has nothing. */
function partsOf(rules: string, rest: string): string {
  const users = [
    { name: 'a', role: 1 },
    { name: 'b', role: 2 },
  ];
  const ask = `p := [[x | x := r[key]${rest}] | key := input.keys[_]]`;
  try {
    return valueOf(`${rules}\n${ask}`, { input: { users, a: 1, b: 1, keys: KEYS } });
  } catch (error) {
    if (error instanceof RegoErrors && error.errors[0]?.code === 'rego_type_error') return '[]';
    throw error;
  }
}

const IN_CONFLICT = 'r[x] := y if some [x, y] in [["a", 1], ["b", 1], ["b", 2]]\n';

describe('lookUpDocument', () => {
  it.each<[string, string, string]>([
    ['a key', 'r[x] := 1 if some x in ["a", "b"]\np := r.b', '1'],
    ['no such key', 'r[x] := 1 if some x in ["a", "b"]\np := r.c', 'undefined'],
    ['a member', 'r contains lower(x) if some x in ["A"]\np := r.a', '"a"'],
    ['no such member', 'r contains x if some x in ["a"]\np := r.b', 'undefined'],
    ['not undefined', 'r contains x if some x in ["a"]\np if not r.b', 'true'],
    ['false is no member', 'r[x] := false if x := "a"\np if not r.a', 'true'],
    ['a key that a variable has', 'r[x] := 1 if x := "a"\np := r[k] if k := "a"', '1'],
    ['a number', 'r[x] := i if some i, x in [10, 20]\np := r[20]', '1'],
    ['a composite member', 'r contains [x, 1] if some x in [1, 2]\np := r[[2, 1]]', '[2, 1]'],
    ['an object taken apart', 'r contains {"m": x} if x := 1\np := r[{"m": 1}]', '{"m": 1}'],
    ['keys in a set are not taken apart', 'r contains {x} if x := 1\np := r[{1}]', '{1}'],
    ['keys of objects neither', 'r contains {x: 1} if x := 2\np := r[{2: 1}]', '{2: 1}'],
    ['a constant key', 'r[3] := 1\nr[4] := 2\np := r[4]', '2'],
    ['one variable twice', 'r[x][x] := 1 if some x in [1, 2]\np := [y | r[1][y]]', '[1]'],
    ['inner places', 'r[x].s contains y if { x := "a"; y := "b" }\np := r.a', '{"s": {"b"}}'],
    ['all keys of a place', 'r[x].s contains y if { x := "a"; y := "b" }\np := r.a.s.b', '"b"'],
    ['below a value', 'r[x] := {"v": x} if x := "a"\np := r.a.v', '"a"'],
    ['rules in the extent of others', 'r[x] := 1 if x := "a"\nr.b.c := 2\np := r.b.c', '2'],
    ['under every', 'r[x] := 1 if some x in [1, 2]\np if every x in [1, 2] { r[x] == 1 }', 'true'],
    [
      'with makes another document',
      'r[x] := input if x := "a"\np := [r.a, y] if y := r.a with input as 2',
      '[1, 2]',
    ],
    [
      'with in the place of the document',
      'r[x] := {"b": 1} if x := "a"\np := y if y := r.a.b with data.a.r as {"a": {"b": 7}}',
      '7',
    ],
    ['a conflict elsewhere is not met', `${IN_CONFLICT}p := r.a`, '1'],
    [
      'defaults of constant keys',
      'default r[0] := 1\nr[0] := 2 if false\np := [r[0], r]',
      '[1, {0: 1}]',
    ],
    ['no default beside a rule', 'default r[0] := 1\nr[0] := 2\np := [r[0], r]', '[2, {0: 2}]'],
    [
      'defaults beside open keys say nothing',
      'default r.a := 1\nr.a := 2\nr[x] := 3 if x := "b"\np := r.a',
      '2',
    ],
  ])('%s', (_name, text, wanted) => {
    expect(valueOf(text, { input: 1 })).toBe(wanted);
  });

  it.each([
    'r contains x if some x in [0, 1, "a", [1], [0, "a"], {"a": 1}, {1}, null, true]',
    'r contains [x, y] if { some x in [0, 1]; some y in ["a", "b"] }',
    'r contains {"a": x} if { some x in [0, 1, "a"] }',
    'r contains {x, 1} if { some x in [1, 2] }',
    'r contains x if { x := input.users[_].name }\nr contains input.a',
    'r contains x if { x = input.a; x = input.b }',
    'r contains x if { not input.users[0][x]; x = ["a", "name", 1][_] }',
    'r contains x if { input.a == x - 1; x = [0, 2][_] }',
    'r[x] := y if { some y, x in ["a", 1, null, [1]] }',
    'r[x] := input.users[x].name if { input.users[x].name }',
    'r[x] := y if { {"name": x, "role": y} = input.users[_] }',
    'r[x] contains y if { some y, x in ["a", "b", "a"] }\nr.c contains 1',
    'r[x].name := y if { y := input.users[x].name }\nr.a.b := 1\nr[0].c := 2',
    'r[x][y] := 1 if { some x in [0, "a"]; some y in [1, "name"] }',
    'r.a[x] := y if { some y, x in ["name", "b", 1] }\nr[1] := {"name": 3}',
    'r[x] := s if { some x in [0, 1]; s := {y | some y in [1, "name"]; y != x} }',
    'r[x] := y if { walk(input, [x, y]) }\nr["a"] := {"name": 1}',
    'r[x] if { x := [0, 1][_]; every user in input.users { user.role != x } }',
    'r[x] := y if { y := [z | z := q[x][_]]; q[x] }\nq[x] contains 1 if x := "a"',
  ])('is what the whole document has at a key: %s', (rules) => {
    const whole = `${rules.replaceAll(/^r\b/gm, 'whole')}\nr := whole`;
    const found = REST.map((rest) => partsOf(rules, rest));
    expect(found).toEqual(REST.map((rest) => partsOf(whole, rest)));
    expect(found.join()).toMatch(/[^[\], ]/);
  });

  it('meets a conflict at the key', () => {
    expect(() => valueOf(`${IN_CONFLICT}p := r.b`)).toThrow('object keys must be unique');
  });

  it('meets a conflict of complete rules at a constant key', () => {
    expect(() => valueOf('r[0] := 1\nr[0] := 2\np := r[0]')).toThrow('complete rules must not');
  });

  it('takes no steps for other keys', () => {
    const text = 'r[name] := user.role if user := data.users[name]\np := r["user-4"]';
    expect(valueOf(text, { limits: { steps: 50 } })).toBe('1');
  });

  const scan = 'r[name] := user.role if { some user in data.users; name := user.name }\n';

  it('makes the whole where lookups would take more steps', () => {
    const text = `${scan}p := count([1 | some name, _ in data.users; r[name] == 1])`;
    expect(valueOf(text, { limits: { steps: 50_000 } })).toBe('333');
  });

  it('goes on with lookups where the whole is in conflict', () => {
    const conflict = 'r["user-5"] := 7\n';
    const ask = 'p := [r["user-1"], r["user-2"], r["user-3"], r["user-4"]]';
    expect(valueOf(scan + conflict + ask)).toBe('[1, 2, 0, 1]');
    expect(() => valueOf(`${scan}${conflict}p := r["user-5"]`)).toThrow('must be unique');
  });
});
