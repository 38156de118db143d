/**
 * Times, as nanoseconds since 1970 that 64 bits hold. "Now" is one moment for a whole query; a
 * zone may stand beside a time in an array, as `[ns, "Europe/Berlin"]`.
 */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { fromBigInt, isRegoNumber, wholeOf } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { isArrayValue, typeOf } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { UTC, civilFrom, nanosFrom, splitNanos, zoneOf } from './civil-time.ts';
import type { CivilTime, Zone } from './civil-time.ts';
import { parseGoDuration } from './parse-duration.ts';
import { formatByLayout, layoutOf, weekdayName } from './go-layout.ts';
import { smallIntegerOperand } from './operands.ts';
import { parseByLayout } from './parse-layout.ts';

/** A time of an operand: its nanoseconds, its zone, and the layout that may stand as third. */
interface Moment {
  readonly nanos: bigint;
  readonly zone: Zone;
  readonly layout: string;
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
    call: ([layout, text], context) => parse(text as string, layout as string, context),
  },
  {
    name: 'time.parse_rfc3339_ns',
    args: ['string'],
    result: 'number',
    call: ([text], context) => parse(text as string, 'RFC3339', context),
  },
  {
    name: 'time.parse_duration_ns',
    args: ['string'],
    result: 'number',
    call: ([text]) => fromBigInt(parseGoDuration(text as string)),
  },
  {
    name: 'time.date',
    args: [TIME],
    result: 'array',
    call: ([time], context) => date(civilOf(time as Value, context)),
  },
  {
    name: 'time.clock',
    args: [TIME],
    result: 'array',
    call: ([time], context) => clock(civilOf(time as Value, context)),
  },
  {
    name: 'time.weekday',
    args: [TIME],
    result: 'string',
    call: ([time], context) => weekdayName(civilOf(time as Value, context)),
  },
  {
    name: 'time.format',
    args: [TIME],
    result: 'string',
    call: ([time], context) => format(momentOf(time as Value, context), context),
  },
  {
    name: 'time.add_date',
    args: [TIME, 'number', 'number', 'number'],
    result: 'number',
    call: addDate,
  },
  { name: 'time.diff', args: [TIME, TIME], result: 'array', call: diff },
];

/** A failure names the first operand, whichever it is, as OPA's does. */
function momentOf(value: Value, context: BuiltinContext): Moment {
  const [time, zone = '', layout = ''] = isArrayValue(value) ? value : [value];
  if (time === undefined || (!isArrayValue(value) && !isRegoNumber(time))) {
    const wanted = 'either number (ns) or [number (ns), string (tz)]';
    throw operandFailure(1, `must be ${wanted} but got ${typeOf(value)}`);
  }
  if (!isRegoNumber(time)) throw operandFailure(1, `must be number but got ${typeOf(time)}`);
  const wrong = [zone, layout].find((text) => typeof text !== 'string');
  if (wrong !== undefined) throw operandFailure(1, `must be string but got ${typeOf(wrong)}`);
  return {
    nanos: nanosOf(time),
    zone: zoneOf(zone as string, context),
    layout: (layout as string) || 'RFC3339Nano',
  };
}

function nanosOf(time: RegoNumber): bigint {
  const nanos = wholeOf(time);
  if (nanos !== undefined && BigInt.asIntN(64, nanos) === nanos) return nanos;
  throw new BuiltinFailure('timestamp too big');
}

function civilOf(value: Value, context: BuiltinContext): CivilTime {
  const { nanos, zone } = momentOf(value, context);
  return civilFrom(nanos, zone);
}

function date({ year, month, day }: CivilTime): Value {
  return [year, month, day];
}

function clock({ hour, minute, second }: CivilTime): Value {
  return [hour, minute, second];
}

/** The longest that a part of a layout is printed: `1` becomes `12`, `2006` stays as it is. */
const LONGEST_PRINT = 10;

function format({ nanos, zone, layout }: Moment, context: BuiltinContext): string {
  context.charge(layout.length);
  context.allocate(layout.length * LONGEST_PRINT);
  const [seconds] = splitNanos(nanos);
  const shown = { offset: zone.offsetAt(seconds), abbreviation: zone.abbreviationAt(seconds) };
  return formatByLayout({ ...civilFrom(nanos, zone), ...shown }, layoutOf(layout));
}

function parse(text: string, layout: string, context: BuiltinContext): RegoNumber {
  context.charge(text.length + layout.length);
  context.allocate(layout.length);
  const { offset, ...time } = parseByLayout(text, layoutOf(layout));
  const shown = { ...time, second: time.second - offset };
  return fromBigInt(nanosFrom(shown, UTC));
}

function addDate(
  [time, years, months, days]: readonly Value[],
  context: BuiltinContext,
): RegoNumber {
  const { nanos, zone } = momentOf(time as Value, context);
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
function diff([a, b]: readonly Value[], context: BuiltinContext): Value {
  const [first, second] = [momentOf(a as Value, context), momentOf(b as Value, context)];
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
