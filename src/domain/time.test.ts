/** Times: RFC 3339 in, six digits out, and no microsecond lost between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, SECOND, formatTime, parseTime } from './time.ts';

describe('formatTime', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [DAY + HOUR + SECOND, '1970-01-02T01:00:01.000000Z'],
  ])('%i is %s', (time, text) => {
    expect(formatTime(time)).toBe(text);
  });
});

describe('parseTime', () => {
  it.each([
    ['no fraction', '1970-01-01T00:00:01Z', SECOND],
    ['one digit', '1970-01-01T00:00:00.1Z', 100_000],
    ['nine digits, cut', '1970-01-01T00:00:00.123456789Z', 123_456],
    ['an offset east', '1970-01-01T02:00:00+02:00', 0],
    ['an offset west', '1969-12-31T22:30:00-01:30', 0],
  ])('reads %s', (_fact, text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  it.each([
    ['nothing', ''],
    ['a date', '2026-11-20'],
    ['no zone', '2026-11-20T00:00:00'],
    ['a thirteenth month', '2026-13-01T00:00:00Z'],
    ['a day that February lacks', '2026-02-30T00:00:00Z'],
    ['a leap day of no leap year', '2026-02-29T00:00:00Z'],
    ['a 25th hour', '2026-11-20T25:00:00Z'],
    ['ten digits', '2026-11-20T00:00:00.1234567890Z'],
    ['a blank', '2026-11-20 00:00:00Z'],
    ['a line end', '2026-11-20T00:00:00Z\n'],
  ])('refuses %s', (_fact, text) => {
    expect(() => parseTime(text)).toThrow('is not RFC 3339');
  });

  it('reads back what formatTime prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: -DAY * 300_000, max: DAY * 100_000 }), (time) => {
        expect(parseTime(formatTime(time))).toBe(time);
      }),
    );
  });
});
