/**
 * Go's layouts of times: a sample moment, Mon Jan 2 15:04:05 MST 2006, written the way in which
 * times are to be printed or read. Specification: https://pkg.go.dev/time#pkg-constants
 */
import { BuiltinFailure } from '../builtin.ts';
import { formatOffset } from './civil-time.ts';
import type { CivilTime } from './civil-time.ts';

/** What is printed: a moment and where its zone stands then. */
export interface ShownTime extends CivilTime {
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly abbreviation: string;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Layouts that Go names. */
export const LAYOUTS: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
};

const NAMES = 'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|PM|pm';
const ZONES = '[Z-]07(?::00:00|:00|0000|00)?';
const NUMBERS = '2006|__2|002|0[1-6]|_2(?!006)|15|[1-5]';
const TOKEN = new RegExp(`${NAMES}|${ZONES}|${NUMBERS}|[.,](?:0+|9+)(?!\\d)`, 'g');

/** Weekday of a date, 0 for Sunday. */
export function weekdayOf({ year, month, day }: CivilTime): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDay();
}

/** Day of the year, from 1. */
function dayOfYear({ year, month, day }: CivilTime): number {
  const [date, first] = [new Date(0), new Date(0)];
  date.setUTCFullYear(year, month - 1, day);
  first.setUTCFullYear(year, 0, 1);
  return Math.round((date.getTime() - first.getTime()) / 86_400_000) + 1;
}

/** The English name of a date's weekday. */
export function weekdayName(time: CivilTime): string {
  return DAYS[weekdayOf(time)] as string;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

type Print = (time: ShownTime) => string;

const PRINTS: Readonly<Record<string, Print>> = {
  January: ({ month }) => MONTHS[month - 1] as string,
  Jan: ({ month }) => (MONTHS[month - 1] as string).slice(0, 3),
  Monday: (time) => weekdayName(time),
  Mon: (time) => weekdayName(time).slice(0, 3),
  MST: ({ abbreviation }) => abbreviation,
  PM: ({ hour }) => (hour >= 12 ? 'PM' : 'AM'),
  pm: ({ hour }) => (hour >= 12 ? 'pm' : 'am'),
  '2006': ({ year }) => String(year).padStart(4, '0'),
  '06': ({ year }) => two(year % 100),
  '01': ({ month }) => two(month),
  '1': ({ month }) => String(month),
  '02': ({ day }) => two(day),
  _2: ({ day }) => String(day).padStart(2),
  '2': ({ day }) => String(day),
  '002': (time) => String(dayOfYear(time)).padStart(3, '0'),
  __2: (time) => String(dayOfYear(time)).padStart(3),
  '15': ({ hour }) => two(hour),
  '03': ({ hour }) => two(hour % 12 || 12),
  '3': ({ hour }) => String(hour % 12 || 12),
  '04': ({ minute }) => two(minute),
  '4': ({ minute }) => String(minute),
  '05': ({ second }) => two(second),
  '5': ({ second }) => String(second),
};

/** Prints a time by a layout. */
export function formatByLayout(time: ShownTime, layout: string): string {
  return layout.replaceAll(TOKEN, (token) => {
    const print = PRINTS[token];
    if (print) return print(time);
    return /^[.,]/.test(token) ? printFraction(time.nanos, token) : printZone(time.offset, token);
  });
}

function printFraction(nanos: number, token: string): string {
  const digits = String(nanos)
    .padStart(9, '0')
    .slice(0, token.length - 1);
  if (token[1] === '0') return `${token[0]}${digits}`;
  const short = digits.replace(/0+$/, '');
  return short === '' ? '' : `${token[0]}${short}`;
}

function printZone(offset: number, token: string): string {
  if (token.startsWith('Z') && offset === 0) return 'Z';
  const shown = formatOffset(offset, token.includes(':') ? ':' : '');
  if (token.length === 3) return shown.slice(0, 3);
  const hasSeconds = token.length > 6;
  return hasSeconds
    ? `${shown}${token.includes(':') ? ':' : ''}${two(Math.abs(offset) % 60)}`
    : shown;
}

/** What is read so far; months and days count from 1. */
interface Reading {
  year: number;
  month: number;
  day: number;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  offset: number;
  isAfternoon: boolean | undefined;
}

/** How a token is read: a pattern, and what its text sets. */
type Read = readonly [pattern: string, set: (reading: Reading, text: string) => void];

const TWO = String.raw`\d{2}`;
const ONE_OR_TWO = String.raw`\d{1,2}`;
const SHORT_DAYS = DAYS.map((name) => name.slice(0, 3)).join('|');
const SHORT_MONTHS = MONTHS.map((name) => name.slice(0, 3)).join('|');
const none = (): void => undefined;
const setMonth = (reading: Reading, text: string): void => {
  const start = text.slice(0, 3).toLowerCase();
  reading.month = MONTHS.findIndex((name) => name.toLowerCase().startsWith(start)) + 1;
};
const set =
  (field: 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second') =>
  (reading: Reading, text: string): void => {
    reading[field] = Number(text);
  };

const READS: Readonly<Record<string, Read>> = {
  January: [MONTHS.join('|'), setMonth],
  Jan: [SHORT_MONTHS, setMonth],
  Monday: [DAYS.join('|'), none],
  Mon: [SHORT_DAYS, none],
  MST: ['[A-Z]{3,5}(?:[+-]\\d{1,2})?|[+-]\\d{2}', none],
  PM: ['AM|PM', (reading, text) => (reading.isAfternoon = text === 'PM')],
  pm: ['am|pm', (reading, text) => (reading.isAfternoon = text === 'pm')],
  '2006': [String.raw`\d{4}`, set('year')],
  '06': [
    TWO,
    (reading, text) => (reading.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000)),
  ],
  '01': [TWO, set('month')],
  '1': [ONE_OR_TWO, set('month')],
  '02': [TWO, set('day')],
  _2: [String.raw` ?\d{1,2}`, set('day')],
  '2': [ONE_OR_TWO, set('day')],
  '002': [String.raw`\d{3}`, set('yearDay')],
  __2: [String.raw` {0,2}\d{1,3}`, set('yearDay')],
  '15': [TWO, set('hour')],
  '03': [TWO, set('hour')],
  '3': [ONE_OR_TWO, set('hour')],
  '04': [TWO, set('minute')],
  '4': [ONE_OR_TWO, set('minute')],
  '05': [TWO, set('second')],
  '5': [ONE_OR_TWO, set('second')],
};

/**
 * Reads a time by a layout: the civil time and its offset from UTC in seconds (0 where none is
 * said). Throws a `BuiltinFailure` that names text and layout.
 */
export function parseByLayout(
  text: string,
  layout: string,
): CivilTime & { readonly offset: number } {
  const reading = startOfReading();
  const failure = (why: string): BuiltinFailure =>
    new BuiltinFailure(`parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: ${why}`);
  let [at, last] = [0, 0];
  for (const found of [...layout.matchAll(TOKEN), undefined]) {
    const literal = layout.slice(last, found?.index ?? layout.length);
    if (!text.startsWith(literal, at)) throw failure(`cannot find ${JSON.stringify(literal)}`);
    at += literal.length;
    if (!found) break;
    last = found.index + found[0].length;
    const width = readToken(reading, found[0], text.slice(at));
    if (width === undefined)
      throw failure(`cannot read ${JSON.stringify(text.slice(at))} as "${found[0]}"`);
    at +=
      width +
      extraFraction(reading, found[0], {
        rest: text.slice(at + width),
        layout: layout.slice(last),
      });
  }
  if (at < text.length) throw failure(`extra text: ${JSON.stringify(text.slice(at))}`);
  return checkedReading(reading, failure);
}

function startOfReading(): Reading {
  const clock = { hour: 0, minute: 0, second: 0, nanos: 0, offset: 0 };
  return { year: 0, month: 1, day: 1, yearDay: undefined, ...clock, isAfternoon: undefined };
}

/** Reads one token; answers how many characters it took, or undefined where it does not stand. */
function readToken(reading: Reading, token: string, rest: string): number | undefined {
  if (/^[.,]/.test(token)) return readFraction(reading, token, rest);
  const [pattern, apply] = READS[token] ?? [zonePattern(token), readZone];
  const found = new RegExp(`^(?:${pattern})`, token.length > 2 && READS[token] ? 'i' : '').exec(
    rest,
  )?.[0];
  if (found === undefined) return undefined;
  apply(reading, found.trim());
  return found.length;
}

function readFraction(reading: Reading, token: string, rest: string): number | undefined {
  const count = token.length - 1;
  const found = /^[.,](\d+)/.exec(rest);
  if (!found) return token[1] === '9' ? 0 : undefined;
  const digits = token[1] === '0' ? (found[1] ?? '').slice(0, count) : (found[1] ?? '');
  if (token[1] === '0' && digits.length < count) return undefined;
  reading.nanos = Number(digits.slice(0, 9).padEnd(9, '0'));
  return digits.length + 1;
}

/** Behind seconds a fraction is read even where the layout has none. */
function extraFraction(
  reading: Reading,
  token: string,
  next: { rest: string; layout: string },
): number {
  const isSecond = token === '05' || token === '5';
  if (!isSecond || /^[.,][09]/.test(next.layout)) return 0;
  return readFraction(reading, '.9', next.rest) ?? 0;
}

function zonePattern(token: string): string {
  const digits = token.slice(1).replaceAll(/\d/g, String.raw`\d`);
  return token.startsWith('Z') ? `Z|[+-]${digits}` : `[+-]${digits}`;
}

function readZone(reading: Reading, text: string): void {
  const [hours = '0', minutes = '0', seconds = '0'] =
    text.slice(1).replaceAll(':', '').match(/\d\d/g) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  reading.offset = text.startsWith('-') ? -size : size;
}

function checkedReading(
  reading: Reading,
  failure: (why: string) => BuiltinFailure,
): CivilTime & { offset: number } {
  const { year, yearDay, hour, isAfternoon, ...rest } = reading;
  const [month, day] = yearDay === undefined ? [rest.month, rest.day] : [1, yearDay];
  const daysInMonth = new Date(Date.UTC((year % 400) + 2000, month, 0)).getUTCDate();
  const bounds: readonly (readonly [string, number, number, number])[] = [
    ['month', rest.month, 1, 12],
    ['day', day, 1, yearDay === undefined ? daysInMonth : 366],
    ['hour', hour, 0, isAfternoon === undefined ? 23 : 12],
    ['minute', rest.minute, 0, 59],
    ['second', rest.second, 0, 59],
  ];
  const wrong = bounds.find(([, value, low, high]) => value < low || value > high);
  if (wrong) throw failure(`${wrong[0]} out of range`);
  const shown = isAfternoon === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
  return {
    year,
    month,
    day,
    hour: shown,
    minute: rest.minute,
    second: rest.second,
    nanos: rest.nanos,
    offset: rest.offset,
  };
}
