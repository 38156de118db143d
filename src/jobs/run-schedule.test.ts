/** Tasks run again and again, outlive a failure, and stop when told to. */
import { describe, expect, it, vi } from 'vitest';
import type { Deps } from '../operations/deps.ts';
import { startSchedule } from './run-schedule.ts';

function fakeDeps(errors: unknown[]): Deps {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (f: object) => errors.push(f),
  };
  // The schedule reads nothing of its deps but the log.
  return { log } as unknown as Deps;
}

describe('startSchedule', () => {
  it('goes on after a failure, which is logged with the task’s name', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const run = async (): Promise<void> => {
      runs += 1;
      if (runs === 1) throw new Error('no disk');
    };
    const stop = startSchedule(fakeDeps(errors), [{ name: 'tidy', every: 1, run }], 1);
    await vi.waitFor(() => expect(runs).toBeGreaterThan(2));
    await stop();
    expect(errors).toEqual([expect.objectContaining({ task: 'tidy' })]);
  });

  it('runs nothing more once it is stopped', async () => {
    let runs = 0;
    const run = async (): Promise<void> => {
      runs += 1;
    };
    const stop = startSchedule(fakeDeps([]), [{ name: 'tidy', every: 1, run }], 1);
    await vi.waitFor(() => expect(runs).toBeGreaterThan(0));
    await stop();
    const seen = runs;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(runs).toBe(seen);
  });
});
