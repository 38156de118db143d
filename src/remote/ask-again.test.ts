/** When a registry is asked again, and when not. */
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { type Patience, askAgain } from './ask-again.ts';

const PATIENT: Patience = { retries: 2, retryMs: 1000, timeoutMs: 10_000 };

function busy(status: number, retryAfterSeconds?: number): AssayError {
  const details = { status, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  return new AssayError('unavailable', `answered ${status}`, { details });
}

function hungUp(code: string): AssayError {
  return new AssayError('unavailable', code, { cause: Object.assign(new Error(code), { code }) });
}

async function tries(error: Error, patience: Partial<Patience> = {}): Promise<number> {
  let count = 0;
  const attempt = async (): Promise<never> => {
    count += 1;
    throw error;
  };
  await expect(askAgain({ ...PATIENT, ...patience }, attempt)).rejects.toBe(error);
  return count;
}

describe('askAgain', () => {
  it.each([
    ['busy', busy(429, 0), 3],
    ['a gateway', busy(502, 0), 3],
    ['an outage', busy(503), 3],
    ['hung up', hungUp('ECONNRESET'), 3],
    ['busy for longer than is waited', busy(429, 2), 1],
    ['an error of its own', busy(500), 1],
    ['nobody there', hungUp('ECONNREFUSED'), 1],
    ['too slow', hungUp('UND_ERR_HEADERS_TIMEOUT'), 1],
    ['a refusal', new AssayError('registry-refused', 'no'), 1],
    ['a defect', new Error('defect'), 1],
  ])('%s', async (_fact, error, count) => {
    expect(await tries(error)).toBe(count);
  });

  it('waits for no more than the time that there is', async () => {
    expect(await tries(busy(429, 1), { timeoutMs: 500 })).toBe(1);
  });

  it('hands on what is left of the time', async () => {
    const left: number[] = [];
    const attempt = async (timeoutMs: number): Promise<string> => {
      left.push(timeoutMs);
      if (left.length === 1) throw busy(503);
      return 'done';
    };
    expect(await askAgain(PATIENT, attempt)).toBe('done');
    expect(left[1]).toBeLessThan(9950);
  });

  it('stops waiting when nobody waits for it any more', async () => {
    const began = performance.now();
    expect(await tries(busy(429, 1), { signal: AbortSignal.timeout(20) })).toBe(1);
    expect(performance.now() - began).toBeLessThan(900);
  });
});
