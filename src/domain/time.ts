/**
 * Time as integer microseconds since 1970 UTC, printed with six digits as gcloud cuts by position.
 */
import { AssayError } from './error.ts';

/** Microseconds since 1970-01-01T00:00:00Z; a safe integer until the year 2255. */
export type Micros = number;

/** One second, hour and day in {@link Micros}. */
export const SECOND: Micros = 1_000_000;
/** One hour in {@link Micros}. */
export const HOUR: Micros = 3600 * SECOND;
/** One day in {@link Micros}. */
export const DAY: Micros = 24 * HOUR;

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** Prints a time as RFC 3339 in UTC with exactly six fraction digits. */
export function formatTime(time: Micros): string {
  const seconds = Math.floor(time / SECOND);
  const fraction = String(time - seconds * SECOND).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Reads an RFC 3339 time; digits beyond microseconds are cut. Refuses anything else. */
export function parseTime(text: string): Micros {
  const match = RFC3339.exec(text);
  const seconds = match ? Math.floor(Date.parse(text) / 1000) : Number.NaN;
  if (!Number.isFinite(seconds) || !isCalendarTime(match?.[1] ?? '')) {
    throw new AssayError(
      'invalid-argument',
      `time ${JSON.stringify(text.slice(0, 64))} is not RFC 3339; write it like ` +
        `2026-11-20T17:19:14Z`,
    );
  }
  const fraction = match?.[2];
  const micros = fraction === undefined ? 0 : Number(fraction.padEnd(6, '0').slice(0, 6));
  return seconds * SECOND + micros;
}

/** Whether a time prints as it is written: `Date.parse` turns 30 February into 2 March. */
function isCalendarTime(text: string): boolean {
  // Every month has these days, and no other field is carried over but the hour 24.
  if (Number(text.slice(8, 10)) <= 28 && text.slice(11, 13) !== '24') return true;
  const parsed = new Date(`${text}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}
