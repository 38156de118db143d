/** Waits grow, spread and end. */
import { describe, expect, it } from 'vitest';
import { HOUR, SECOND, parseTime } from '../domain/time.ts';
import { parseRetryAfter, retryDelay } from './retry-delay.ts';

const NOW = parseTime('2026-11-20T12:00:00Z');

describe('the wait before another try', () => {
  it.each([
    [1, 0, 5],
    [1, 1, 2.5],
    [2, 0, 10],
    [5, 0, 80],
    [11, 0, 3600],
    [11, 1, 1800],
    [5000, 0, 3600],
  ])('after %i failures and a lot of %d: %d s', (failures, random, seconds) => {
    expect(retryDelay(failures, random)).toBe(seconds * SECOND);
  });
});

describe('Retry-After', () => {
  it.each([
    [undefined, undefined],
    ['0', 0],
    ['120', 120 * SECOND],
    ['999999999', HOUR],
    ['Fri, 20 Nov 2026 12:01:00 GMT', 60 * SECOND],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['Fri, 20 Nov 2027 12:00:00 GMT', HOUR],
    ['-1', undefined],
    ['soon', undefined],
    ['1e9', undefined],
    ['2026-11-20', undefined],
  ])('%j', (text, wait) => {
    expect(parseRetryAfter(text, NOW)).toBe(wait);
  });
});
