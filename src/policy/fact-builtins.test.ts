import { expect, test } from 'vitest';
import type { FactsTable } from '../domain/image-facts.ts';
import { runRegoJob } from '../rego/rego-job.ts';
import { POLICY_BUILTINS } from './assay-builtins.ts';
import { namesFacts } from './fact-builtins.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const pinned = { usable: true, pinned: true, problems: [] };
const TABLE = {
  [`docker.io/library/mysql@${DIGEST}`]: {
    state: {
      image: `docker.io/library/mysql@${DIGEST}`,
      status: 'COMPLETE',
      reference: `docker.io/library/mysql@${DIGEST}`,
      ...pinned,
    },
    facts: { atLeast: { HIGH: 2 } },
  },
  'docker.io/library/mysql:latest': {
    state: {
      image: 'docker.io/library/mysql:latest',
      status: 'COMPLETE',
      reference: `docker.io/library/mysql@${DIGEST}`,
      ...pinned,
      pinned: false,
    },
  },
  'r.example/app:1': {
    state: {
      image: 'r.example/app:1',
      status: 'NOT_SCANNED',
      usable: false,
      pinned: false,
      problems: ['project shop has no scan of it'],
    },
  },
  'A B': { state: { image: 'A B', status: 'MALFORMED', usable: false, problems: [] } },
} as unknown as FactsTable;

function ask(query: string, module = '', table: FactsTable | 'none' = TABLE) {
  const modules = module === '' ? [] : [{ file: 'm.rego', text: module }];
  const job = {
    sources: { modules, version: 'v1' as const },
    queries: [query],
    nowNanos: 0n,
    seed: new Uint8Array(32),
    ...(table !== 'none' && { handed: JSON.stringify(table) }),
  };
  const { outcomes, problems } = runRegoJob(job, POLICY_BUILTINS);
  const [outcome = { problems }] = outcomes;
  if ('problems' in outcome) return outcome.problems[0]?.message;
  return outcome.solutions[0]?.expressions[0]?.value;
}

test.each([
  ['assay.image_state("mysql").status', '"COMPLETE"'],
  ['assay.image_state("docker.io/library/mysql:latest").pinned', 'false'],
  ['assay.image_state("index.docker.io/mysql").status', '"COMPLETE"'],
  [`assay.image_facts("mysql@${DIGEST}").atLeast.HIGH`, '2'],
  [`assay.image_facts("mysql:8@${DIGEST}").atLeast.HIGH`, '2'],
  ['assay.image_facts(assay.image_state("mysql").reference).atLeast.HIGH', '2'],
  ['assay.image_state("r.example/app:1").status', '"NOT_SCANNED"'],
  ['assay.image_state("A B").status', '"MALFORMED"'],
])('%s is %s', (query, value) => {
  expect(ask(query)).toBe(value);
});

test.each([
  ['assay.image_facts("r.example/app:1")', 'r.example/app:1 is NOT_SCANNED: project shop has no'],
  ['assay.image_facts("r.example/app:1")', 'assay scan IMAGE'],
  ['assay.image_facts("mysql")', 'a tag may point at another image'],
  ['assay.image_facts("mysql")', `deploy docker.io/library/mysql@${DIGEST}`],
  ['assay.image_facts("other")', 'only images that the request names are'],
  ['assay.image_state("other")', 'only images that the request names are'],
  ['assay.image_facts(7)', 'operand 1 is no text'],
  ['not assay.image_facts("r.example/app:1")', 'NOT_SCANNED'],
  ['count([1 | assay.image_facts("r.example/app:1")]) == 0', 'NOT_SCANNED'],
])('attack: %s ends the evaluation, since what is unknown is not clean: %s', (query, wanted) => {
  expect(ask(query)).toContain(wanted);
});

test('where no facts are handed in, the error names what stands in their place', () => {
  const said = ask('assay.image_facts("mysql")', '', 'none');
  expect(said).toContain('with assay.image_facts as {…}');
  expect(said).toContain('--facts FILE');
});

test('tests put values or functions in their place', () => {
  const value = 'count([1 | assay.image_facts("x").atLeast.HIGH == 0]) with assay.image_facts as';
  expect(ask(`${value} {"atLeast": {"HIGH": 0}}`)).toBe('1');
  const module = `package t
told(image) := {"atLeast": {"HIGH": 1}} if image == "x"
p if assay.image_facts("x").atLeast.HIGH == 1
q if p with assay.image_facts as told`;
  expect(ask('data.t.q', module, 'none')).toBe('true');
});

test('a policy that asks for the state first writes its own denial', () => {
  const module = `package t
deny contains msg if {
  some image in ["r.example/app:1", "mysql@${DIGEST}"]
  state := assay.image_state(image)
  not state.usable
  msg := sprintf("%v is %v", [image, state.status])
}
deny contains msg if {
  some image in ["r.example/app:1", "mysql@${DIGEST}"]
  assay.image_state(image).usable
  some v in [n | some severity, n in assay.image_facts(image).atLeast; n > 0]
  msg := sprintf("%v has %v", [image, v])
}`;
  const wanted = `["mysql@${DIGEST} has 2","r.example/app:1 is NOT_SCANNED"]`;
  expect(ask('data.t.deny', module)).toBe(wanted);
});

test.each([
  ['x := assay.image_facts("a")', true],
  ['x := assay["image_state"]("a")', true],
  ['x := assay.parse_image("a")', false],
])('%s asks for facts: %s', (text, asks) => {
  expect(namesFacts([text])).toBe(asks);
});
