import { expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { readRegoDocument } from '../policy/read-rego-policy.ts';
import type { RegoAnswer } from '../rego/rego-job.ts';
import { checkRegoPolicy } from './check-rego-policy.ts';
import type { RunRego } from './rego-pool.ts';

const NOTHING: RegoAnswer = { outcomes: [], problems: [], printed: [] };

function check(module: string, runRego: RunRego): Promise<void> {
  const policy = readRegoDocument({ kind: 'RegoPolicy', schemaVersion: 1, module });
  return checkRegoPolicy({ runRego }, policy, 'shop');
}

it('attack: what is compiled elsewhere is not compiled here, and in its project’s turn', async () => {
  const asked: unknown[] = [];
  const runRego: RunRego = (job, _deadline, owner) => {
    asked.push([owner, job.queries]);
    return Promise.resolve(NOTHING);
  };
  // Its only statement does not compile: whoever was asked says nothing of it.
  await check('package main\ndeny contains x if true', runRego);
  expect(asked).toEqual([['shop', []]]);
});

it.each([
  ['does not compile', { ...NOTHING, problems: [{ code: 'c', message: 'no' }] }, 'c: no'],
  ['decides nothing', NOTHING, 'decides nothing'],
])('refuses a policy that %s', async (_what, answer, wanted) => {
  const found = check('package main\np := 1', () => Promise.resolve(answer));
  await expect(found).rejects.toMatchObject({
    code: 'invalid-policy',
    message: expect.stringContaining(wanted),
  });
});

it('attack: a policy that takes too long to compile is refused, not set', async () => {
  const late = new AssayError('unavailable', 'stopped');
  const found = check('package main\ndeny contains 1', () => Promise.reject(late));
  await expect(found).rejects.toMatchObject({ code: 'invalid-policy' });
});

it('what has nothing to do with the policy is no fault of it', async () => {
  const busy = new AssayError('too-many', 'try again');
  const found = check('package main\ndeny contains 1', () => Promise.reject(busy));
  await expect(found).rejects.toMatchObject({ code: 'too-many' });
});
