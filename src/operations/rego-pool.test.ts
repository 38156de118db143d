import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test, vi } from 'vitest';
import type { RegoJob } from '../rego/rego-job.ts';
import { createRegoPool } from './rego-pool.ts';

const pool = createRegoPool(1);
afterAll(() => pool.close());

const ENDLESS = `package a
p := count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y])`;

function job(text: string, query: string, limits: object = {}): RegoJob {
  return {
    sources: { modules: [{ file: 'm.rego', text }], version: 'v1' },
    queries: [query],
    nowNanos: 0n,
    seed: new Uint8Array(32),
    limits,
  };
}

const LONG = 30_000;

test('jobs are done one after another in one process', async () => {
  const texts = [1, 2, 3].map((n) => job(`package a\np := ${n}`, 'data.a.p'));
  const answers = await Promise.all(texts.map((one) => pool.run(one, LONG)));
  const values = answers.map(
    ({ outcomes }) => JSON.stringify(outcomes).match(/"value":"(\d)"/)?.[1],
  );
  expect(values).toEqual(['1', '2', '3']);
});

test('attack: a policy without end is stopped at its deadline, and the next one is evaluated', async () => {
  const endless = pool.run(job(ENDLESS, 'data.a.p', { steps: Number.MAX_SAFE_INTEGER }), 300);
  await expect(endless).rejects.toThrow('was not evaluated within 300 ms and was stopped');
  const { outcomes } = await pool.run(job('package a\np := 7', 'data.a.p'), LONG);
  expect(JSON.stringify(outcomes)).toContain('"value":"7"');
});

test('attack: a policy without end stops at its steps, which its answer says', async () => {
  const { outcomes } = await pool.run(job(ENDLESS, 'data.a.p', { steps: 100_000 }), LONG);
  expect(JSON.stringify(outcomes)).toContain('eval_limit_error');
});

test('a policy that does not compile says so', async () => {
  const { problems } = await pool.run(job('package a\np := x', 'data.a.p'), LONG);
  expect(problems[0]).toMatchObject({ code: 'rego_unsafe_var_error', at: { line: 2 } });
});

test('attack: who holds a process for long makes another wait for one job, not for all', async () => {
  const endless = job(ENDLESS, 'data.a.p', { steps: Number.MAX_SAFE_INTEGER });
  const order: string[] = [];
  const tell = (name: string) => (): void => void order.push(name);
  const slow = ['a', 'a', 'a', 'a'].map((owner) =>
    pool.run(endless, 200, owner).catch(tell(owner)),
  );
  const quick = pool.run(job('package a\np := 7', 'data.a.p'), LONG, 'b').then(tell('b'));
  await Promise.all([...slow, quick]);
  expect(order).toEqual(['a', 'b', 'a', 'a', 'a']);
});

/** What this process started. */
function children(): number[] {
  const tasks = `/proc/${process.pid}/task`;
  const found = readdirSync(tasks).flatMap((task) =>
    readFileSync(`${tasks}/${task}/children`, 'utf8').split(' '),
  );
  return found.filter((text) => text !== '').map(Number);
}

test('a process that somebody else ends is replaced', async () => {
  const one = job('package a\np := 7', 'data.a.p');
  await pool.run(one, LONG);
  const killed = children();
  for (const child of killed) process.kill(child, 'SIGKILL');
  // One is a child until its end was noticed here.
  await vi.waitFor(() => {
    expect(children().filter((child) => killed.includes(child))).toEqual([]);
  }, LONG);
  const { outcomes } = await pool.run(one, LONG);
  expect(JSON.stringify(outcomes)).toContain('"value":"7"');
});

test('attack: an answer that is too long is not taken', async () => {
  const text = 'package a\np := [x | some x in numbers.range(1, 9999)]';
  const { outcomes } = await pool.run({ ...job(text, 'data.a.p'), maxAnswer: 1000 }, LONG);
  expect(outcomes[0]).toMatchObject({ problems: [{ code: 'eval_limit_error' }] });
});
