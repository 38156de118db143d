/** A job that is kept is kept no longer than it is told to be. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Deps } from './deps.ts';
import { keepJob } from './job-lease.ts';

const JOB = { kind: 'scan', key: 'sha256:1', taken: 1 } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a kept job', () => {
  it('has ended only when a lease that is being prolonged was', async () => {
    const order: string[] = [];
    const write = Promise.withResolvers<boolean>();
    const store = { write: () => write.promise.finally(() => order.push('prolonged')) };
    const kept = keepJob({ store, now: () => 0 } as unknown as Deps, JOB);
    await vi.advanceTimersByTimeAsync(8000);
    const ended = kept.end().then(() => order.push('ended'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(order).toEqual([]);
    write.resolve(true);
    await ended;
    expect(order).toEqual(['prolonged', 'ended']);
    expect(kept.signal.aborted).toBe(false);
  });

  it('tells that it was lost to another', async () => {
    const store = { write: () => Promise.resolve(false) };
    const kept = keepJob({ store, now: () => 0 } as unknown as Deps, JOB);
    await vi.advanceTimersByTimeAsync(8000);
    expect(kept.signal.reason).toMatchObject({ code: 'aborted' });
    await kept.end();
  });
});
