/**
 * Policies such as people run, each in a folder of its own with questions and their answers: the
 * idioms of Gatekeeper, conftest, webhooks and services, and data that lie below their folders.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadRego } from '../src/operations/load-rego.ts';
import { POLICY_BUILTINS } from '../src/policy/assay-builtins.ts';
import { runRegoJob } from '../src/rego/rego-job.ts';
import type { RegoVersion } from '../src/rego/syntax/syntax.ts';

interface Case {
  readonly name: string;
  readonly query: string;
  readonly input?: unknown;
  /** The value of the query. */
  readonly want?: unknown;
  /** In place of it: the value of the query's last statement. */
  readonly last?: unknown;
}

interface Cases {
  readonly regoVersion?: RegoVersion;
  readonly cases: readonly Case[];
}

const root = fileURLToPath(new URL('testdata/rego', import.meta.url));
const NOW = BigInt(Date.UTC(2026, 10, 26)) * 1_000_000n;

describe.each(readdirSync(root))('%s', async (name) => {
  const { regoVersion = 'v1', cases } = parse(
    readFileSync(join(root, name, 'cases.yaml'), 'utf8'),
  ) as Cases;
  const sources = await loadRego({ paths: [join(root, name, 'policy')], version: regoVersion });

  it.each(cases)('$name', ({ query, input, want, last }) => {
    const answer = runRegoJob(
      {
        sources,
        queries: [query],
        ...(input !== undefined && { input: JSON.stringify(input) }),
        nowNanos: NOW,
        seed: new Uint8Array(32),
      },
      POLICY_BUILTINS,
    );
    expect(answer).toMatchObject({ problems: [], outcomes: [{ solutions: [{}] }] });
    const [outcome] = answer.outcomes;
    const expressions = outcome && 'solutions' in outcome && outcome.solutions[0]?.expressions;
    const shown = expressions && (last === undefined ? expressions[0] : expressions.at(-1));
    expect(JSON.parse(shown ? shown.value : 'null')).toEqual(want ?? last);
  });
});
