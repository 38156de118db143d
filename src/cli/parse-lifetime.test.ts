/** Lifetimes as people write them, and those that mean nothing. */
import { expect, it } from 'vitest';
import { DAY, HOUR, parseTime } from '../domain/time.ts';
import { parseLifetime } from './parse-lifetime.ts';

const NOW = parseTime('2026-11-20T12:00:00Z');

it.each([
  ['90', 90 * DAY],
  ['90d', 90 * DAY],
  ['0.5', DAY / 2],
  ['12h', 12 * HOUR],
  ['30m', HOUR / 2],
  ['2026-11-21', DAY / 2],
  ['2026-11-20T13:00:00Z', HOUR],
])('%s', (text, lifetime) => {
  expect(parseLifetime(text, NOW)).toBe(lifetime);
});

it.each(['', '0', '-1', '1w', 'soon', '2026-11-20', '2026-02-30', '40000d', '1e3'])(
  'refuses %j, naming the flag',
  (text) => {
    expect(() => parseLifetime(text, NOW)).toThrow('--expires is');
  },
);
