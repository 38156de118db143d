/**
 * Times, as nanoseconds since 1970 that 64 bits hold. "Now" is one moment for a whole query; a
 * zone may stand beside a time in an array, as `[ns, "Europe/Berlin"]`.
 */
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin, OperandType } from '../builtin.ts';
import { decimalOf, fromBigInt, isRegoNumber, isWhole, makeNumber } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { isArrayValue, typeOf } from '../value.ts';
import type { Value } from '../value.ts';
import { truncate } from './arithmetic-builtins.ts';
import { UTC, checkedNanos, civilFrom, nanosFrom, splitNanos, zoneOf } from './civil-time.ts';
import type { CivilTime, Zone } from './civil-time.ts';
import { LAYOUTS, formatByLayout, parseByLayout, weekdayName } from './go-layout.ts';
import { smallIntegerOperand } from './operands.ts';

/** A time of an operand: its nanoseconds, its zone, and the layout that may stand as third. */
interface Moment {
  readonly nanos: bigint;
  readonly zone: Zone;
  readonly layout: string | undefined;
}

const TIME: OperandType = ['number', 'array'];

/** The builtins of `time.`. */
export const timeBuiltins: readonly Builtin[] = [
  {
    name: 'time.now_ns',
    args: [],
    result: 'number',
    isNondeterministic: true,
    call: (_, { nowNanos }) => fromBigInt(nowNanos),
  },
  {
    name: 'time.parse_ns',
    args: ['string', 'string'],
    result: 'number',
    call: ([layout, text]) => parse(text as string, layoutNamed(layout as string)),
  },
  {
    name: 'time.parse_rfc3339_ns',
    args: ['string'],
    result: 'number',
    call: ([text]) => parse(text as string, LAYOUTS['RFC3339'] as string),
  },
  {
    name: 'time.parse_duration_ns',
    args: ['string'],
    result: 'number',
    call: ([text]) => parseDuration(text as string),
  },
  {
    name: 'time.date',
    args: [TIME],
    result: 'array',
    call: ([time]) => date(civilOf(time as Value)),
  },
  {
    name: 'time.clock',
    args: [TIME],
    result: 'array',
    call: ([time]) => clock(civilOf(time as Value)),
  },
  {
    name: 'time.weekday',
    args: [TIME],
    result: 'string',
    call: ([time]) => weekdayName(civilOf(time as Value)),
  },
  {
    name: 'time.format',
    args: [TIME],
    result: 'string',
    call: ([time]) => format(momentOf(time as Value, 1)),
  },
  {
    name: 'time.add_date',
    args: [TIME, 'number', 'number', 'number'],
    result: 'number',
    call: addDate,
  },
  { name: 'time.diff', args: [TIME, TIME], result: 'array', call: diff },
];

function momentOf(value: Value, position: number): Moment {
  const [time, zone = '', layout] = isArrayValue(value) ? value : [value];
  if (!isRegoNumber(time))
    throw operandFailure(
      position,
      `must be number or array of number and string but got ${typeOf(value)}`,
    );
  if (typeof zone !== 'string')
    throw operandFailure(position, `must have a time zone as string but got ${typeOf(zone)}`);
  if (layout !== undefined && typeof layout !== 'string') {
    throw operandFailure(position, `must have a layout as string but got ${typeOf(layout)}`);
  }
  return { nanos: nanosOf(time), zone: zoneOf(zone), layout };
}

function nanosOf(time: RegoNumber): bigint {
  if (!isWhole(time)) throw new BuiltinFailure('timestamp too big');
  try {
    return checkedNanos(BigInt(time));
  } catch {
    throw new BuiltinFailure('timestamp too big');
  }
}

function civilOf(value: Value): CivilTime {
  const { nanos, zone } = momentOf(value, 1);
  return civilFrom(nanos, zone);
}

function date({ year, month, day }: CivilTime): Value {
  return [year, month, day];
}

function clock({ hour, minute, second }: CivilTime): Value {
  return [hour, minute, second];
}

function format({ nanos, zone, layout = 'RFC3339Nano' }: Moment): string {
  const [seconds] = splitNanos(nanos);
  const shown = { offset: zone.offsetAt(seconds), abbreviation: zone.abbreviationAt(seconds) };
  return formatByLayout({ ...civilFrom(nanos, zone), ...shown }, layoutNamed(layout));
}

/** A layout by its name in Go, or the layout itself. */
function layoutNamed(name: string): string {
  return (Object.hasOwn(LAYOUTS, name) ? LAYOUTS[name] : undefined) ?? name;
}

function parse(text: string, layout: string): RegoNumber {
  const { offset, ...time } = parseByLayout(text, layout);
  const shown = { ...time, second: time.second - offset };
  return fromBigInt(nanosFrom(shown, UTC));
}

function addDate([time, years, months, days]: readonly Value[]): RegoNumber {
  const { nanos, zone } = momentOf(time as Value, 1);
  const start = civilFrom(nanos, zone);
  const moved = {
    ...start,
    year: start.year + smallIntegerOperand(years as Value, 2),
    month: start.month + smallIntegerOperand(months as Value, 3),
    day: start.day + smallIntegerOperand(days as Value, 4),
  };
  return fromBigInt(nanosFrom(moved, zone));
}

/** Years, months, days, hours, minutes and seconds between two times, in the zone of the first. */
function diff([a, b]: readonly Value[]): Value {
  const [first, second] = [momentOf(a as Value, 1), momentOf(b as Value, 2)];
  const isSwapped = first.nanos > second.nanos;
  const [early, late] = isSwapped ? [second.nanos, first.nanos] : [first.nanos, second.nanos];
  const [from, to] = [civilFrom(early, first.zone), civilFrom(late, first.zone)];
  const [seconds, minuteCarry] = borrow(to.second - from.second, 60);
  const [minutes, hourCarry] = borrow(to.minute - from.minute - minuteCarry, 60);
  const [hours, dayCarry] = borrow(to.hour - from.hour - hourCarry, 24);
  const daysOfMonth = new Date(Date.UTC(from.year, from.month, 0)).getUTCDate();
  const [days, monthCarry] = borrow(to.day - from.day - dayCarry, daysOfMonth);
  const [months, yearCarry] = borrow(to.month - from.month - monthCarry, 12);
  return [to.year - from.year - yearCarry, months, days, hours, minutes, seconds];
}

function borrow(value: number, size: number): [rest: number, carry: number] {
  return value < 0 ? [value + size, 1] : [value, 0];
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const DURATION = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/;

/** `1h15m30.918s`, as Go's ParseDuration reads it. */
function parseDuration(text: string): RegoNumber {
  const found = DURATION.exec(text);
  if (!found) throw new BuiltinFailure(`time: invalid duration ${JSON.stringify(text)}`);
  const parts = Array.from(
    (found[2] ?? '').matchAll(/([\d.]+)([a-zµμ]+)/g),
    ([, amount = '', unit = '']) => {
      const [whole = '', fraction = ''] = amount.split('.');
      const scaled = makeNumber(BigInt(whole + fraction) * (UNITS[unit] ?? 0n), -fraction.length);
      return decimalOf(truncate(scaled)).coefficient;
    },
  );
  const sum = parts.reduce((total, part) => total + part, 0n);
  return fromBigInt(checkedNanos(found[1] === '-' ? -sum : sum));
}
