/** OPA's JSON of modules: rows are a source below `package a`, and what its first rule is. */
import { describe, expect, it } from 'vitest';
import { regoValue } from '../../../test/support/call-builtin.ts';
import { UnsaidError, moduleJson } from './module-json.ts';
import { regoErrorsOf } from '../../../test/support/rego-errors.ts';

const v = (name: string) => ({ type: 'var', value: name });
const s = (text: string) => ({ type: 'string', value: text });
const n = (value: number) => ({ type: 'number', value });
const t = { type: 'boolean', value: true };
const ref = (...parts: unknown[]) => ({ type: 'ref', value: parts });
const HOLDS = [{ index: 0, terms: t }];
const P = { name: 'p', ref: [v('p')] };

function firstRule(text: string): unknown {
  return (moduleJson('f.rego', `package a\n${text}`).rules as unknown[])[0];
}

describe('moduleJson', () => {
  it('says package, imports and comments', () => {
    const text = 'package a.b\n# one\nimport data.x["y z"] as q\nimport rego.v1 # two';
    expect(moduleJson('f.rego', text)).toEqual({
      package: { path: [v('data'), s('a'), s('b')] },
      imports: [
        { path: ref(v('data'), s('x'), s('y z')), alias: 'q' },
        { path: ref(v('rego'), s('v1')) },
      ],
      comments: [
        { Location: { file: 'f.rego', row: 2, col: 1 }, Text: 'IG9uZQ==' },
        { Location: { file: 'f.rego', row: 4, col: 16 }, Text: 'IHR3bw==' },
      ],
    });
  });

  it.each<[text: string, rule: unknown]>([
    ['p := 1', { head: { ...P, value: n(1), assign: true }, body: HOLDS }],
    ['p = 1', { head: { ...P, value: n(1) }, body: HOLDS }],
    ['p if true', { head: { ...P, value: t }, body: HOLDS }],
    ['p contains 1', { head: { ...P, key: n(1) }, body: HOLDS }],
    ['default p := 1', { head: { ...P, value: n(1), assign: true }, body: HOLDS, default: true }],
    ['p.q := 1', { head: { ref: [v('p'), s('q')], value: n(1), assign: true }, body: HOLDS }],
    [
      'p[x] := 1 if true',
      {
        head: { name: 'p', ref: [v('p'), v('x')], key: v('x'), value: n(1), assign: true },
        body: HOLDS,
      },
    ],
    ['p[x] if true', { head: { ref: [v('p'), v('x')], key: v('x'), value: t }, body: HOLDS }],
    [
      'f(x, _) := x',
      {
        head: { name: 'f', ref: [v('f')], args: [v('x'), v('$0')], value: v('x'), assign: true },
        body: HOLDS,
      },
    ],
    [
      'p := 1 if true else := 2 if true else = 3',
      {
        head: { ...P, value: n(1), assign: true },
        body: HOLDS,
        else: {
          head: { ...P, value: n(2), assign: true },
          body: HOLDS,
          else: { head: { ...P, value: n(3) }, body: HOLDS },
        },
      },
    ],
  ])('says the rule %s', (text, rule) => {
    expect(firstRule(text)).toEqual(rule);
  });

  it.each<[text: string, statement: Record<string, unknown>]>([
    ['x := 1', { terms: [ref(v('assign')), v('x'), n(1)] }],
    ['x = data', { terms: [ref(v('eq')), v('x'), ref(v('data'))] }],
    ['not input.x[_]', { negated: true, terms: ref(v('input'), s('x'), v('$0')) }],
    [
      'startswith(x, "a") with input as 1',
      {
        terms: [ref(v('startswith')), v('x'), s('a')],
        with: [{ target: ref(v('input')), value: n(1) }],
      },
    ],
    [
      'io.jwt.decode(x)[0] == 1 + 2',
      {
        terms: [
          ref(v('equal')),
          ref({ type: 'call', value: [ref(v('io'), s('jwt'), s('decode')), v('x')] }, n(0)),
          { type: 'call', value: [ref(v('plus')), n(1), n(2)] },
        ],
      },
    ],
    ['some x, y', { terms: { symbols: [v('x'), v('y')] } }],
    [
      'some k, v in xs',
      {
        terms: {
          symbols: [
            {
              type: 'call',
              value: [ref(v('internal'), s('member_3')), v('k'), v('v'), v('xs')],
            },
          ],
        },
      },
    ],
    [
      'every x in xs { x }',
      {
        terms: {
          key: null,
          value: v('x'),
          domain: v('xs'),
          body: [{ index: 0, terms: v('x') }],
        },
      },
    ],
    [
      '[null, {2, 1, 1}, {"b": 1, "a": x}]',
      {
        terms: {
          type: 'array',
          value: [
            { type: 'null', value: {} },
            { type: 'set', value: [n(1), n(2)] },
            {
              type: 'object',
              value: [
                [s('a'), v('x')],
                [s('b'), n(1)],
              ],
            },
          ],
        },
      },
    ],
    [
      '{x: y | z}',
      {
        terms: {
          type: 'objectcomprehension',
          value: { key: v('x'), value: v('y'), body: [{ index: 0, terms: v('z') }] },
        },
      },
    ],
    [
      '[x | z]',
      {
        terms: {
          type: 'arraycomprehension',
          value: { term: v('x'), body: [{ index: 0, terms: v('z') }] },
        },
      },
    ],
  ])('says the statement %s', (text, statement) => {
    const rule = firstRule(`p if { ${text} }`) as { readonly body: readonly unknown[] };
    expect(rule.body).toEqual([{ index: 0, ...statement }]);
  });

  it.each(['p := $"{x}"', 'p := {[1], [2]}', 'f(_) := 1 if true else := 2'])(
    'refuses what it cannot say as OPA does: %s',
    (text) => {
      expect(() => firstRule(text)).toThrow(UnsaidError);
    },
  );

  it('is what rego.parse_module gives; a broken source is an error of it', () => {
    const found = regoValue('rego.parse_module("f.rego", "package a\\np := 1").rules[0].head.name');
    expect(found).toBe('p');
    const broken = 'rego.parse_module("f.rego", "package a\\np := )")';
    expect(() => regoValue(broken)).toThrow('rego.parse_module: f.rego:2:6: rego_parse_error');
    expect(regoErrorsOf(() => moduleJson('f', 'p := )'))).not.toEqual([]);
  });
});
