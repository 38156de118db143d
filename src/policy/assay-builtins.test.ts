import { expect, test } from 'vitest';
import { runRegoJob } from '../rego/rego-job.ts';
import { POLICY_BUILTINS } from './assay-builtins.ts';

function ask(query: string, strictBuiltinErrors = false) {
  const sources = { modules: [], version: 'v1' as const };
  const job = { sources, queries: [query], nowNanos: 0n, seed: new Uint8Array(32) };
  const { outcomes } = runRegoJob({ ...job, strictBuiltinErrors }, POLICY_BUILTINS);
  const [outcome] = outcomes;
  if (!outcome || 'problems' in outcome) return outcome?.problems[0]?.message;
  return outcome.solutions[0]?.expressions[0]?.value;
}

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['assay.parse_image("mysql").name', '"docker.io/library/mysql"'],
  ['assay.parse_image("registry.example:5000/a/b:1").registry', '"registry.example:5000"'],
  ['assay.parse_image("r.example/a/b:1").repository', '"a/b"'],
  ['assay.parse_image("r.example/a/b:1").tag', '"1"'],
  [`assay.parse_image("r.example/a@${DIGEST}").digest`, `"${DIGEST}"`],
  ['assay.image_matches("r.example/team/*", "r.example/team/app:1")', 'true'],
  ['assay.image_matches("r.example/team/*", "r.example.evil.io/team/app:1")', 'false'],
  ['assay.image_matches("r.example/team/*", "r.example/team/deep/app")', 'false'],
  ['assay.image_matches("r.example/team/**", "r.example/team/deep/app")', 'true'],
])('%s is %s', (query, value) => {
  expect(ask(query)).toBe(value);
});

test.each(['assay.parse_image("A B")', 'assay.image_matches("r.example/*/x*y", "r.example/a")'])(
  'attack: what cannot be read is undefined, never true: %s',
  (query) => {
    expect(ask(query)).toBeUndefined();
    expect(ask(query, true)).toMatch(/^assay\./);
  },
);
