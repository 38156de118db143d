/**
 * Rego beside what it is measured by: the same rule written by hand, JSON.parse of the review, and
 * the clock for compiling. An adversarial set must end at its limits, each with the right error.
 */
import { compilePolicy } from '../src/rego/compile-policy.ts';
import { evaluateQuery, type PreparedQuery, prepareQuery } from '../src/rego/evaluate-query.ts';
import { RegoError } from '../src/rego/model/rego-error.ts';
import type { Value } from '../src/rego/model/value.ts';
import type { BenchResult, Figure } from './figure.ts';
import { ALLOW_LIST, longSource, moduleOf, podReview, ROLES, ruleSet } from './rego-data.ts';

const ROUNDS = 9;
const CONTAINERS = 5;
const LINES = 10_000;

/** Measures all of it. */
export async function benchRego(): Promise<BenchResult> {
  const text = podReview(CONTAINERS);
  const review = JSON.parse(text) as Value;
  const allowList = queryOf(ALLOW_LIST, 'v0');
  const rules = queryOf(ruleSet(100), 'v1');
  const parse = (): unknown => JSON.parse(text);
  const allow = (): unknown => evaluateQuery(allowList, { input: review });
  const hand = (): unknown => denyByHand(review as never);
  const role = oneRole(10_000);
  const hundred = (): unknown => evaluateQuery(rules, { input: review });
  const figures = [
    compared('rego, allow-list beside TypeScript', [allow, hand, 20_000], 20),
    compared('rego, allow-list beside JSON.parse', [allow, parse, 5000], 0.5),
    compared('rego, 100 rules beside JSON.parse', [hundred, parse, 1000], 20),
    compared('rego, one of 10000 roles beside JSON.parse', [role, parse, 1000], 2),
    compiled(),
    ...ADVERSARIES.map(stopped),
  ];
  const notes = [
    `rego: a review of ${text.length} bytes, CPU time in the bench's own process`,
    'rego: an adversary counts the evaluations that did not end with eval_limit_error',
  ];
  return { name: 'rego', figures, notes };
}

/** One key of an object that a rule derives: the other keys must cost nothing. */
function oneRole(users: number): () => unknown {
  const grants = Object.fromEntries(
    Array.from({ length: users }, (_, at) => [`user-${at}`, ['view', `edit-${at % 7}`]]),
  );
  const policy = compilePolicy({ modules: [moduleOf(ROLES)], data: { grants } });
  const query = prepareQuery(policy, 'data.main.allow');
  return () => evaluateQuery(query, { input: { user: 'user-77' } });
}

function queryOf(source: string, version: 'v0' | 'v1'): PreparedQuery {
  const policy = compilePolicy({ modules: [moduleOf(source, version)] });
  return prepareQuery(policy, 'data.main.deny');
}

interface Review {
  readonly request: {
    readonly kind: { readonly kind: string };
    readonly object: { readonly spec: { readonly containers: readonly { image: string }[] } };
  };
}

/** The allow-list rule by hand: a sorted set of messages. */
function denyByHand({ request }: Review): readonly string[] {
  const messages = new Set<string>();
  if (request.kind.kind !== 'Pod') return [];
  for (const { image } of request.object.spec.containers) {
    if (!image.startsWith('secureoci.com')) messages.add('Not allowed!');
  }
  return [...messages].toSorted();
}

function compared(
  name: string,
  [own, other, times]: readonly [() => unknown, () => unknown, number],
  atMost: number,
): Figure {
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const pair = [timeOf(other, times), timeOf(own, times)] as const;
    // The first round warms up.
    if (round === 0) continue;
    baseline.push(pair[0]);
    ours.push(pair[1]);
  }
  return { name, unit: 'µs', ours, baseline, limit: { of: 'ratio', atMost } };
}

/** Microseconds of CPU for one run, the mean of many. */
function timeOf(run: () => unknown, times: number): number {
  const begun = process.cpuUsage();
  for (let index = 0; index < times; index += 1) run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / times;
}

/** Reading and compiling a long source, up to the first answer. */
function compiled(): Figure {
  const source = longSource(LINES);
  const input = JSON.parse(podReview(CONTAINERS)) as Value;
  const run = (): unknown => evaluateQuery(queryOf(source, 'v1'), { input });
  const ours = Array.from({ length: 3 }, () => timeOf(run, 1) / 1000);
  const name = `rego, parsing and compiling ${LINES} lines`;
  return { name, unit: 'ms', ours, limit: { of: 'ours', atMost: 500 } };
}

interface Adversary {
  readonly name: string;
  readonly body: string;
}

const ADVERSARIES: readonly Adversary[] = [
  {
    name: 'nested comprehensions',
    body: `p := count([1 |
	some a in numbers.range(1, 1000)
	some b in numbers.range(1, 1000)
	some c in numbers.range(1, 1000)
])`,
  },
  { name: 'a huge range', body: 'p := count(numbers.range(1, 1000000000000))' },
  {
    name: 'a huge set',
    body: `p := {[a, b, c] |
	some a in numbers.range(1, 1000)
	some b in numbers.range(1, 1000)
	some c in numbers.range(1, 1000)
}`,
  },
  {
    name: 'a long chain of rules',
    body: `${Array.from({ length: 2000 }, (_, at) => `p${at} if p${at + 1}`).join('\n')}
p2000 := true
p := p0`,
  },
  {
    name: '(a+)+$ over a long text',
    body: `chunk := concat("", ["a" | some i in numbers.range(1, 1000)])
text := concat("", [chunk | some i in numbers.range(1, 1000)])
p if { some i in numbers.range(1, 100000); regex.match("(a+)+$", sprintf("%s%vb", [text, i])) }`,
  },
];

function stopped({ name, body }: Adversary): Figure {
  const policy = compilePolicy({ modules: [moduleOf(`package main\n${body}\n`)] });
  const query = prepareQuery(policy, 'data.main.p');
  const misses = endsAtLimit(query) ? 0 : 1;
  return {
    name: `rego, ${name}`,
    unit: 'misses',
    ours: [misses],
    limit: { of: 'ours', atMost: 0 },
  };
}

function endsAtLimit(query: PreparedQuery): boolean {
  try {
    evaluateQuery(query);
    return false;
  } catch (error) {
    return error instanceof RegoError && error.code === 'eval_limit_error';
  }
}
