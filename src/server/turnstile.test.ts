/** Two run, some wait in their order, the rest are told so. */
import { describe, expect, it } from 'vitest';
import { createTurnstile } from './turnstile.ts';

describe('a turnstile', () => {
  it('lets two run, sixteen wait in order, and refuses the next', async () => {
    const turn = createTurnstile({ running: 2, waiting: 16 });
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const works = Array.from({ length: 19 }, (_, index) =>
      turn(async () => {
        started.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        return index;
      }),
    );
    await expect(works.pop()).rejects.toMatchObject({ code: 'unavailable' });
    expect(started).toEqual([0, 1]);
    for (let index = 0; index < works.length; index += 1) {
      ends.shift()?.();
      expect(await works[index]).toBe(index);
      await Promise.resolve();
    }
    expect(started).toEqual(works.map((_, index) => index));
  });

  it('goes on after work that fails', async () => {
    const turn = createTurnstile({ running: 1, waiting: 0 });
    const failed = turn(async () => {
      throw new Error('broken');
    });
    await expect(failed).rejects.toThrow('broken');
    await expect(turn(async () => 'well')).resolves.toBe('well');
  });
});
