/** Go's `time.ParseDuration`: `1h15m30.918s`, in nanoseconds that 64 bits hold. */
import { BuiltinFailure } from '../model/builtin.ts';
import { quoteGo } from './go-quote.ts';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const PART = /(\d*)(?:\.(\d*))?([^\d.]*)/y;
const LIMIT = 1n << 63n;
/** Digits of a fraction that are looked at: more are less than a nanosecond of an hour. */
const FRACTION_DIGITS = 18;
/** A longer text is no duration. */
const MAX_LENGTH = 4096;

/** Reads a duration; throws a `BuiltinFailure` in Go's words. */
export function parseGoDuration(text: string): bigint {
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '' || text.length > MAX_LENGTH) throw invalid(text);
  const size = sumOfParts(rest, text);
  if (sign !== '-' && size === LIMIT) throw invalid(text);
  return sign === '-' ? -size : size;
}

function sumOfParts(parts: string, text: string): bigint {
  let sum = 0n;
  for (let at = 0; at < parts.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const [, whole = '', fraction = '', unit = ''] = PART.exec(parts) ?? [];
    if (whole === '' && fraction === '') throw invalid(text);
    sum += partOf(text, { whole, fraction, unit });
    if (sum > LIMIT) throw invalid(text);
  }
  return sum;
}

interface Part {
  readonly whole: string;
  readonly fraction: string;
  readonly unit: string;
}

/** Fractions are computed in doubles, as Go does: `0.1h` is exact, the last digits are not. */
function partOf(text: string, { whole, fraction, unit }: Part): bigint {
  if (unit === '') throw failure(`missing unit in duration ${quoteGo(text)}`);
  const scale = UNITS.get(unit);
  if (scale === undefined) {
    throw failure(`unknown unit ${quoteGo(unit)} in duration ${quoteGo(text)}`);
  }
  const digits = fraction.slice(0, FRACTION_DIGITS);
  const share = Number(digits) * (Number(scale) / 10 ** digits.length);
  return BigInt(whole === '' ? 0 : whole) * scale + BigInt(Math.trunc(share));
}

function invalid(text: string): BuiltinFailure {
  return failure(`invalid duration ${quoteGo(text)}`);
}

function failure(problem: string): BuiltinFailure {
  return new BuiltinFailure(`time: ${problem}`);
}
