/** How long to wait before something is sent again. */
import { HOUR, type Micros, SECOND } from '../domain/time.ts';

const FIRST: Micros = 5 * SECOND;
const LONGEST: Micros = HOUR;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The wait after a number of failures: it doubles up to an hour, and `random` (0 to 1) takes up to
 * half of it away, so that many do not come back at once.
 */
export function retryDelay(failures: number, random: number): Micros {
  const whole = Math.min(LONGEST, FIRST * 2 ** Math.min(30, failures - 1));
  return Math.round(whole * (1 - random / 2));
}

/** The wait that a `Retry-After` asks for, at most an hour; undefined where it says none. */
export function parseRetryAfter(text: string | undefined, now: Micros): Micros | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.min(LONGEST, Number(text) * SECOND);
  if (!HTTP_DATE.test(text)) return undefined;
  const wait = Date.parse(text) * 1000 - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST, Math.max(0, wait));
}
