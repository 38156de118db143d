/**
 * A policy that takes all memory: V8 ends the whole process at its heap's limit, whatever thread it
 * was, so that what evaluates is a process of its own.
 */
import { afterAll, expect, test } from 'vitest';
import { createRegoPool } from '../../src/operations/rego-pool.ts';

const pool = createRegoPool(1);
afterAll(() => pool.close());

const LONG = 60_000;

function run(text: string, limits: object = {}) {
  const sources = { modules: [{ file: 'm.rego', text }], version: 'v1' as const };
  const asked = { queries: ['data.a.p'], nowNanos: 0n, seed: new Uint8Array(32) };
  return pool.run({ sources, ...asked, limits }, LONG);
}

test('attack: a policy that takes all memory ends its own process alone', async () => {
  const doubled = Array.from({ length: 20 }, (_, n) => `x${n + 1} := array.concat(x${n}, x${n})`);
  const text = `package a\nx0 := numbers.range(1, 2000000)\n${doubled.join('\n')}\np := count(x20)`;
  const limits = { steps: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };
  await expect(run(text, limits)).rejects.toThrow('ended the process that evaluated it');
  const { outcomes } = await run('package a\np := 7');
  expect(JSON.stringify(outcomes)).toContain('"value":"7"');
});
