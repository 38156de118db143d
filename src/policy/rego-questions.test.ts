import { expect, test } from 'vitest';
import type { RegoPolicy } from '../domain/rego-policy.ts';
import { runRegoJob } from '../rego/rego-job.ts';
import { POLICY_BUILTINS } from './assay-builtins.ts';
import { regoFindings, regoQuestions, sourcesOf } from './rego-questions.ts';

function ask(module: string, input: unknown = {}) {
  const policy: RegoPolicy = {
    enforcement: 'enforce',
    regoVersion: 'v1',
    modules: { 'm.rego': module },
  };
  const questions = regoQuestions(policy);
  const job = {
    sources: sourcesOf(policy),
    queries: questions.map(({ query }) => query),
    input: JSON.stringify(input),
    nowNanos: 0n,
    seed: new Uint8Array(32),
  };
  const answer = runRegoJob(job, POLICY_BUILTINS);
  return regoFindings('p', questions, answer);
}

test('attack: neither many nor long messages are kept', () => {
  const many =
    'package main\ndeny contains sprintf("%05d", [i]) if some i in numbers.range(1, 999)';
  const { denials } = ask(many);
  expect(denials.length).toBe(51);
  expect(denials.at(-1)).toBe('and 949 more');
  const input = { text: 'x'.repeat(5000) };
  const [first = ''] = ask('package main\ndeny contains input.text', input).denials;
  expect(first.length).toBe(1001);
  const name = 'p'.repeat(5000);
  expect(ask(`package ${name}\ndeny contains 1`).asked[0]?.length).toBe(201);
});

const DENIED: readonly (readonly [what: string, module: string, denials: readonly string[]])[] = [
  ['a message of deny', 'package main\ndeny contains "no" if true', ['data.main.deny: no']],
  ['no message', 'package main\ndeny contains "no" if false', []],
  [
    'Gatekeeper’s objects',
    'package k8s\nviolation contains {"msg": "bad", "details": {}} if true',
    ['data.k8s.violation: bad'],
  ],
  ['an object without msg', 'package a\ndeny contains {"x": 1} if true', ['data.a.deny: {"x":1}']],
  ['deny as a boolean', 'package a\ndeny if true', ['data.a.deny: is true']],
  ['deny that is false', 'package a\ndeny := false', []],
  ['allow that is true', 'package a\nallow if true', []],
  ['allow that is false', 'package a\nallow := false', ['data.a.allow: is false, wanted true']],
  [
    'allow that is undefined',
    'package a\nallow if false',
    ['data.a.allow: is undefined, wanted true'],
  ],
  ['a warning alone', 'package a\nwarn contains "hm" if true', []],
  ['a response', 'package main\nresponse := {"allowed": true}', []],
  [
    'a response that refuses',
    'package main\nresponse := {"allowed": false, "status": {"message": "go away"}}',
    ['data.main.response: go away'],
  ],
  [
    'the main of OPA’s own webhook',
    'package system\nmain := {"response": {"allowed": false, "status": {"reason": "because"}}}',
    ['data.system.main.response: because'],
  ],
  [
    'a response that says nothing',
    'package main\nresponse := {}',
    ['data.main.response: allowed is undefined'],
  ],
  [
    'a package whose name is no variable',
    'package a["b-c"]\ndeny contains "no" if true',
    ['data.a.b-c.deny: no'],
  ],
];

test.each(DENIED)('%s', (_what, module, denials) => {
  expect(ask(module)).toMatchObject({ denials });
});

test('a policy that conflicts with itself is a problem, never an answer', () => {
  const found = ask('package a\nallow := true if true\nallow := false if true');
  expect(found.problem).toContain('eval_conflict_error');
});

test('a warning is told and refuses nothing', () => {
  const found = ask('package a\nwarn contains "look" if true');
  expect(found).toMatchObject({ warnings: ['data.a.warn: look'], denials: [] });
});
