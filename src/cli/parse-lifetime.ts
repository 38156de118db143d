/** How long something is to last, as a person writes it: days, a span with a unit, or a date. */
import { AssayError } from '../domain/error.ts';
import { DAY, HOUR, type Micros, parseTime } from '../domain/time.ts';

const UNITS: Readonly<Record<string, Micros>> = { '': DAY, d: DAY, h: HOUR, m: HOUR / 60 };
const MAX_DAYS = 36_500;

/**
 * Reads `90` or `90d` (days), `12h`, `30m`, `2027-01-01` (that day begins, UTC) or an RFC 3339
 * time as a lifetime from `now` on. Refuses none, the past, and more than a hundred years.
 */
export function parseLifetime(text: string, now: Micros): Micros {
  const lifetime = spanOf(text) ?? untilOf(text, now);
  if (lifetime > 0 && lifetime <= MAX_DAYS * DAY) return Math.ceil(lifetime);
  throw new AssayError(
    'invalid-argument',
    `--expires is ${text}; give a time to come, at most ${MAX_DAYS} days from now`,
  );
}

function spanOf(text: string): Micros | undefined {
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)([dhm]?)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? Number.NaN);
}

function untilOf(text: string, now: Micros): Micros {
  try {
    return parseTime(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text) - now;
  } catch (cause) {
    const message =
      `--expires is ${JSON.stringify(text)}; give 90d, 12h, 30m or 2027-01-01, ` +
      `at most ${MAX_DAYS} days from now`;
    throw new AssayError('invalid-argument', message, { cause });
  }
}
