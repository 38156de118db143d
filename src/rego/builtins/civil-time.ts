/**
 * Nanoseconds since 1970 as dates and clocks of a time zone, and back. Zones come from the
 * runtime's own copy of the IANA database, so that nothing is read from the machine.
 */
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { remembered } from './operands.ts';
import { zoneName } from './zone-names.ts';

/** A moment as a calendar and a clock show it. */
export interface CivilTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
}

/** A zone: its name, and its offset from UTC in seconds at a moment (seconds since 1970). */
export interface Zone {
  readonly name: string;
  readonly offsetAt: (seconds: number) => number;
  /** `CET`, `+0530`. */
  readonly abbreviationAt: (seconds: number) => string;
}

/** Universal time. */
export const UTC: Zone = { name: 'UTC', offsetAt: () => 0, abbreviationAt: () => 'UTC' };

const BILLION = 1_000_000_000n;
/** What a signed 64-bit number of nanoseconds reaches: 1677 to 2262. */
const MAX_NANOS = (1n << 63n) - 1n;

/** Zones are found by their names as the IANA database writes them, not by offsets. */
const ZONE_NAME = /^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/;
/** Steps of making a zone, and of asking one for its offset. */
const [STEPS_OF_ZONE, STEPS_OF_OFFSET] = [2000, 60];

/** The zone of a name; empty and `Local` are UTC. Throws a `BuiltinFailure` for an unknown name. */
export function zoneOf(name: string, context: BuiltinContext): Zone {
  if (name === '' || name === 'UTC' || name === 'Local') return UTC;
  return remembered(context, `zone ${name}`, () => makeZone(name, context.charge));
}

function makeZone(name: string, charge: (steps: number) => void): Zone {
  charge(STEPS_OF_ZONE);
  const long = zoneFormat(name, 'en-US', 'longOffset');
  const offsetAt = (seconds: number): number => {
    charge(STEPS_OF_OFFSET);
    return offsetOf(zonePart(long, seconds));
  };
  let formats: readonly Intl.DateTimeFormat[] | undefined;
  const abbreviationAt = (seconds: number): string => {
    const offset = offsetAt(seconds);
    const known = zoneName(name, offset);
    if (known !== undefined) return known;
    charge(STEPS_OF_OFFSET * LOCALES.length);
    formats ??= LOCALES.map((locale) => zoneFormat(name, locale, 'short'));
    return abbreviationIn(formats, offset, seconds);
  };
  return { name, offsetAt, abbreviationAt };
}

function zoneFormat(
  timeZone: string,
  locale: string,
  timeZoneName: 'longOffset' | 'short',
): Intl.DateTimeFormat {
  if (!ZONE_NAME.test(timeZone)) throw new BuiltinFailure(`unknown time zone ${timeZone}`);
  try {
    return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName });
  } catch {
    throw new BuiltinFailure(`unknown time zone ${timeZone}`);
  }
}

function zonePart(format: Intl.DateTimeFormat, seconds: number): string {
  const parts = format.formatToParts(seconds * 1000);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function offsetOf(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /([+-])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** English names of zones are known where they are used: CET in Britain, IST in India. */
const LOCALES = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-ZA', 'en-NZ'];

function abbreviationIn(
  formats: readonly Intl.DateTimeFormat[],
  offset: number,
  seconds: number,
): string {
  const names = formats.map((format) => zonePart(format, seconds));
  const found = names.find((name) => /^[A-Z]{3,5}$/.test(name));
  if (found !== undefined) return found;
  const shown = formatOffset(offset, '');
  return shown.endsWith('00') ? shown.slice(0, 3) : shown;
}

/** `+0530` or, with a colon, `+05:30`. */
export function formatOffset(offset: number, colon: '' | ':'): string {
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${pad(Math.trunc(minutes / 60))}${colon}${pad(minutes % 60)}`;
}

/** Splits nanoseconds into whole seconds and the rest, which is never negative. */
export function splitNanos(nanos: bigint): [seconds: number, rest: number] {
  const rest = ((nanos % BILLION) + BILLION) % BILLION;
  return [Number((nanos - rest) / BILLION), Number(rest)];
}

/** What calendar and clock of a zone show at a moment. */
export function civilFrom(nanos: bigint, zone: Zone): CivilTime {
  const [seconds, rest] = splitNanos(nanos);
  const date = new Date((seconds + zone.offsetAt(seconds)) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanos: rest,
  };
}

/**
 * The moment at which a zone shows a date and a clock; months and days beyond their ends run over
 * into the next. Throws a `BuiltinFailure` outside 1677 to 2262.
 */
export function nanosFrom(time: CivilTime, zone: Zone): bigint {
  const shown = new Date(0);
  shown.setUTCFullYear(time.year, time.month - 1, time.day);
  shown.setUTCHours(time.hour, time.minute, time.second);
  const local = shown.getTime() / 1000;
  if (!Number.isFinite(local)) throw new BuiltinFailure('time outside of valid range');
  const guess = zone.offsetAt(local);
  const seconds = local - zone.offsetAt(local - guess);
  return checkedNanos(BigInt(seconds) * BILLION + BigInt(time.nanos));
}

/** Refuses nanoseconds that 64 bits do not hold. */
export function checkedNanos(nanos: bigint): bigint {
  if (nanos <= MAX_NANOS && nanos >= -MAX_NANOS - 1n) return nanos;
  throw new BuiltinFailure('time outside of valid range');
}
