/** Jobs of one project do not keep those of others waiting. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deps } from '../operations/deps.ts';
import { ensureJob, finishJob } from '../store/job-rows.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import { type JobLane, runDueJobs } from './run-jobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-jobs-'));
let store: Store;
let deps: Deps;
const errors: string[] = [];

beforeAll(async () => {
  let ids = 0;
  const now = (): number => 1_000_000;
  const newId = (): string => `id-${(ids += 1)}`;
  store = await openStore({ folder, mode: 'serve', now, newId, writer: 'inline' });
  const log = { error: (_fields: object, message: string) => void errors.push(message) };
  deps = { store, now, newId, log } as unknown as Deps;
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const kind = 'deliver-events';

async function due(...keys: readonly string[]): Promise<void> {
  await store.write(async (tx) => {
    for (const key of keys) await ensureJob(tx, { kind, key }, 1);
  });
}

/** A lane of two: `slow` ends when it is let, every other key at once. */
function laneOf(order: string[], slow: Promise<void>): JobLane {
  return {
    kind,
    width: 2,
    run: async (_deps, job) => {
      if (job.key === 'slow') await slow;
      if (job.key === 'broken') throw new Error('broken');
      order.push(job.key);
      await store.write((tx) => finishJob(tx, job, undefined));
    },
  };
}

it('a slow endpoint holds one place, and all others are served meanwhile', async () => {
  await due('slow', 'a', 'b', 'c');
  const order: string[] = [];
  let end = (): void => undefined;
  const slow = new Promise<void>((resolve) => (end = resolve));
  const lane = laneOf(order, slow);
  const all = runDueJobs(deps, lane);
  await expect.poll(() => order.length).toBe(3);
  expect(order).not.toContain('slow');
  end();
  expect(await all).toBe(4);
  expect(order.at(-1)).toBe('slow');
});

it('a turn that fails is given back, and ends no other', async () => {
  await due('broken', 'd');
  const order: string[] = [];
  expect(await runDueJobs(deps, laneOf(order, Promise.resolve()))).toBe(2);
  expect(order).toEqual(['d']);
  expect(errors).toEqual(['a job failed; it is tried again']);
});
