/**
 * Policies of the conformance data, their words exchanged: what the parser admits is compiled or
 * refused, and evaluated within small limits; nothing but Rego's own errors comes out, in time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Policy, compilePolicy } from '../../src/rego/compile-policy.ts';
import { evaluateQuery, prepareQuery } from '../../src/rego/evaluate-query.ts';
import { jsonText } from '../../src/rego/model/json-text.ts';
import { parseModule } from '../../src/rego/syntax/parse-module.ts';
import { RegoError, RegoErrors } from '../../src/rego/model/rego-error.ts';
import type { ObjectValue, Value } from '../../src/rego/model/value.ts';
import { readRegoCases } from '../support/rego-cases.ts';

/** One policy may take so long, in milliseconds: the machine may be busy. */
const PATIENCE = 4000;
const LIMITS = { steps: 100_000, bytes: 4 * 1024 * 1024, depth: 200 };

interface Seed {
  readonly modules: readonly string[];
  readonly data: ObjectValue;
  readonly input: Value;
}

const OWN: readonly Seed[] = [
  {
    modules: [
      `package a
p[x].y contains z if { some x, z in input.xs; not q[z] }
q contains x if { x := data.b[_]; f(x) == 1 } else := 2
f(x) := y if { y := count({z | some z in [x, 1]}) }
default r := 1
r := s if { s := [v | walk(input, [_, v])] with input.xs as {1, "a"} }
t := $"{r} {input.u}" if every k, v in data.b { k < v }`,
    ],
    data: { b: [1, 2, 3] },
    input: { xs: ['a', 2, null, [1]] },
  },
];

const SEEDS: readonly Seed[] = [
  ...OWN,
  ...readRegoCases().map((one) => ({
    modules: one.modules ?? [],
    data: one.data ?? {},
    input: one.input ?? null,
  })),
];

const TOKEN = /[A-Za-z_][\w.]*|"[^"\n]*"|\d+|\s+|:=|==|[^\s]/g;

/** A seed with some of its words exchanged for others of the same sources, left out or doubled. */
const policies = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 3 })), { minLength: 1, maxLength: 4 }),
  )
  .map(([seed, edits]) => ({
    ...seed,
    modules: seed.modules.map((text, index) => (index === 0 ? exchange(text, edits) : text)),
  }));

function exchange(text: string, edits: readonly (readonly [number, number, number])[]): string {
  const tokens: string[] = text.match(TOKEN) ?? [];
  for (const [at, from, how] of edits) {
    const place = at % Math.max(1, tokens.length);
    const other = tokens[from % Math.max(1, tokens.length)] ?? '';
    if (how === 0) tokens.splice(place, 1);
    else if (how === 1) tokens.splice(place, 0, other);
    else tokens[place] = other;
  }
  return tokens.join('');
}

/** Compiles a seed; undefined where it is refused, as most are. */
function compile({ modules, data }: Seed): Policy | undefined {
  try {
    const parsed = modules.map((text, index) =>
      parseModule({ file: `${index}.rego`, text, version: 'v1' }),
    );
    return compilePolicy({ modules: parsed, data });
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    return undefined;
  }
}

function evaluate(policy: Policy, input: Value): void {
  try {
    const [row] = evaluateQuery(prepareQuery(policy, 'data'), { input, limits: LIMITS });
    if (row) JSON.parse(jsonText(row.values[0] as Value));
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
  }
}

describe('policies made wrong', () => {
  it('are refused, or evaluated within their limits', () => {
    fc.assert(
      fc.property(policies, (seed) => {
        const begun = performance.now();
        const policy = compile(seed);
        if (policy) evaluate(policy, seed.input);
        expect(performance.now() - begun).toBeLessThan(PATIENCE);
      }),
    );
  });
});
