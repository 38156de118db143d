/**
 * Go's layouts of times: a sample moment, Mon Jan 2 15:04:05 MST 2006, written the way in which
 * times are to be printed; how they are read stands in `parse-layout.ts`.
 * Specification: https://pkg.go.dev/time#pkg-constants
 */
import { formatOffset } from './civil-time.ts';
import type { CivilTime } from './civil-time.ts';

/** What is printed: a moment and where its zone stands then. */
export interface ShownTime extends CivilTime {
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly abbreviation: string;
}

/** The months, in English. */
export const MONTHS: readonly string[] = [
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
/** The days of a week, in English. */
export const DAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

/** Layouts that Go names. */
const LAYOUTS: Readonly<Record<string, string>> = {
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

/** The layout of a name, or what is none itself. */
export function layoutOf(name: string): string {
  return Object.hasOwn(LAYOUTS, name) ? (LAYOUTS[name] as string) : name;
}

const NAMES = 'January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|PM|pm';
const ZONES = '[Z-]07(?::00:00|:00|0000|00)?';
const NUMBERS = '2006|__2|002|0[1-6]|_2(?!006)|15|[1-5]';
/** What stands for a part of a time in a layout. */
export const TOKEN = new RegExp(`${NAMES}|${ZONES}|${NUMBERS}|[.,](?:0+|9+)(?!\\d)`, 'g');

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
