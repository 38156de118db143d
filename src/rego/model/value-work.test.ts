import { expect, test } from 'vitest';
import { compilePolicy } from '../compile-policy.ts';
import { evaluateQuery, prepareQuery } from '../evaluate-query.ts';
import { parseModule } from '../syntax/parse-module.ts';
import { RegoError } from './rego-error.ts';

const LIMITS = { steps: 300_000, bytes: 4 * 1024 * 1024 };

/** Statements that double a value by sharing it, thirty times over; the last is `<name>30`. */
function doubled(name: string, leaf: string, member = (part: string) => `[${part}, ${part}]`) {
  const lines = [`${name}0 := ${leaf}`];
  for (let at = 1; at <= 30; at += 1) {
    lines.push(`${name}${at} := ${member(`${name}${at - 1}`)}`);
  }
  return lines.join('\n');
}

const asObject = (part: string): string => `{"a": ${part}, "b": ${part}}`;

function answerOf(body: string): string {
  const text = `package a\nanswer := r if {\n${body}\n}\n`;
  const policy = compilePolicy({ modules: [parseModule({ file: 'a.rego', text, version: 'v1' })] });
  try {
    const found = evaluateQuery(prepareQuery(policy, 'data.a.answer'), {
      limits: LIMITS,
      strictBuiltinErrors: true,
    });
    return `${found.length} answers`;
  } catch (error) {
    if (error instanceof RegoError) return error.code;
    throw error;
  }
}

const SHARED = ['x', 'y'].map((name) => doubled(name, '[1]')).join('\n');
const OBJECTS = `${doubled('x', '{"k": 1}', asObject)}\n${doubled('y', '{"k": 1}', asObject)}`;

const ATTACKS: readonly (readonly [attack: string, body: string])[] = [
  ['as a result', `${SHARED}\nr := x30`],
  ['as JSON', `${SHARED}\nr := json.marshal(x30)`],
  ['as JSON over lines', `${SHARED}\nr := json.marshal_with_options(x30, {"indent": " "})`],
  ['as YAML', `${SHARED}\nr := yaml.marshal(x30)`],
  ['printed by sprintf', `${SHARED}\nr := sprintf("%v", [x30])`],
  ['in a template string', `${SHARED}\nr := $"{x30}"`],
  ['compared', `${SHARED}\nr := x30 == y30`],
  ['unified', `${SHARED}\nx30 = y30\nr := 1`],
  ['ordered', `${SHARED}\nr := x30 < y30`],
  ['sorted', `${SHARED}\nr := sort([x30, y30])`],
  ['as a member of a set', `${SHARED}\nr := count({x30})`],
  ['as a key', `${SHARED}\nr := count({x30: 1})`],
  ['looked for', `${SHARED}\nr := x30 in [y30]`],
  ['walked', `${SHARED}\nr := count([p | walk(x30, [p, _])])`],
  [
    'tested by a patch',
    `${SHARED}\nr := json.patch([x30], [{"op": "test", "path": "/0", "value": y30}])`,
  ],
  ['united', `${OBJECTS}\nr := count(object.union(x30, y30))`],
  ['united with many', `${OBJECTS}\nr := count(object.union_n([x30, y30, x30]))`],
  ['as a part of another', `${OBJECTS}\nr := object.subset(x30, y30)`],
  [
    'in an enumeration',
    `${SHARED}\nr := json.match_schema({"a": x30}, {"properties": {"a": {"enum": [y30]}}})`,
  ],
  [
    'as a schema',
    `${doubled('x', '{"type": "string"}', (part) => `{"allOf": [${part}, ${part}]}`)}\nr := json.verify_schema(x30)`,
  ],
  [
    'as claims',
    `${SHARED}\nr := io.jwt.encode_sign({"alg": "HS256"}, {"a": x30}, {"kty": "oct", "k": "AQAB"})`,
  ],
  ['as a path', `${SHARED}\nr := object.get({"a": {[2]}}, ["a", x30], 1)`],
];

test.each(ATTACKS)(
  'a value that doubles itself thirty times by sharing is refused %s',
  (_, body) => {
    expect(answerOf(body)).toBe('eval_limit_error');
  },
);

test('what is shared but not gone through costs nothing', () => {
  expect(answerOf(`${SHARED}\nr := count(x30) + count(y30[0])`)).toBe('1 answers');
});

const LOOPS: readonly (readonly [attack: string, expression: string])[] = [
  ['sums of long arrays', 'sum(numbers.range(1, 1000))'],
  ['unions of large sets', 'count(s | {i})'],
  ['objects with a key more', 'count(object.union(o, {"x": i}))'],
  ['searches of long arrays', 'count([1 | -1 in a])'],
  ['comparisons of long texts', 'count([1 | t < u])'],
];

test.each(LOOPS)('%s are paid for by their size, call by call', (_, expression) => {
  const start = `a := numbers.range(1, 1000)
s := {x | some x in a}
o := {sprintf("%d", [x]): x | some x in a}
t := sprintf("%020000d", [1])
u := concat("", [t, "a"])`;
  expect(
    answerOf(`${start}\nr := [n | some i in numbers.range(1, 3000); n := ${expression}]`),
  ).toBe('eval_limit_error');
});
