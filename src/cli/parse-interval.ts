/** Reading a stretch of time as people write it: `90s`, `15m`, `6h`, `7d`. */
import { AssayError } from '../domain/error.ts';
import { DAY, HOUR, type Micros, SECOND } from '../domain/time.ts';

const UNITS: Readonly<Record<string, Micros>> = { s: SECOND, m: 60 * SECOND, h: HOUR, d: DAY };

/** The time in microseconds; refuses anything but a whole number and one unit. */
export function parseInterval(flag: string, text: string): Micros {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const time = Number(count) * (UNITS[unit] ?? 0);
  if (time > 0) return time;
  const message = `--${flag} is ${JSON.stringify(text.slice(0, 40))}; give e.g. 90s, 15m, 6h or 7d`;
  throw new AssayError('invalid-argument', message);
}
