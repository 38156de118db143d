import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['time.now_ns()', '1767225600000000000'],
  ['time.parse_rfc3339_ns("2026-01-01T00:00:00Z")', '1767225600000000000'],
  ['time.parse_ns("2006-01-02", "1970-01-02")', '86400000000000'],
  ['time.date(1767225600000000000)', '[2026, 1, 1]'],
  ['time.clock([1767225600000000000, "America/New_York"])', '[19, 0, 0]'],
  ['time.weekday(1767225600000000000)', '"Thursday"'],
  ['time.add_date(0, 0, 1, 0)', '2678400000000000'],
  ['time.diff(86400000000000, 0)', '[0, 0, 1, 0, 0, 0]'],
  ['time.format([0, "UTC", "2006-01-02"])', '"1970-01-01"'],
  ['time.parse_duration_ns("1h")', '3600000000000'],
  ['time.format([1, "UTC", "valueOf"])', '"valueOf"'],
  ['time.parse_duration_ns("-1h15m30.918s")', '-4530918000000'],
  ['time.parse_duration_ns("+.5µs1ns")', '501'],
  ['time.parse_duration_ns("0")', '0'],
  ['time.parse_duration_ns("-9223372036854775808ns")', '-9223372036854775808'],
  ['time.parse_rfc3339_ns("1970-01-01T1:00:00,5+01:00")', '500000000'],
  ['time.parse_rfc3339_ns("1677-09-21T00:12:43.145224192Z")', '-9223372036854775808'],
  ['time.parse_rfc3339_ns("2262-04-11T23:47:16.854775807Z")', '9223372036854775807'],
  ['time.parse_ns("2006-01-02 15:04", "1970-01-01    00:01")', '60000000000'],
  ['time.parse_ns("January _2 2006", "jANUARY  2 1970")', '86400000000000'],
  ['time.parse_ns("2006 002", "1970 032")', '2678400000000000'],
  ['time.parse_ns("2006 __2", "1970  32")', '2678400000000000'],
  ['time.parse_ns("02 Jan 06 15:04 MST", "01 Jan 70 00:00 GMT-2")', '7200000000000'],
  ['time.parse_ns("RFC1123", "Thu, 01 Jan 1970 00:00:01 PST")', '1000000000'],
  ['time.parse_ns("2006-01-02 3:04PM", "1970-01-01 12:01AM")', '60000000000'],
  ['time.parse_ns("2006-01-02 3:04pm", "1970-01-01 12:01pm")', '43260000000000'],
  ['time.parse_ns("2006-01-02T15:04:05.000Z", "1970-01-01T00:00:00.001Z")', '1000000'],
  ['time.parse_ns("2006 -07:00:00", "1970 -01:00:01")', '3601000000000'],
  ['time.parse_ns("2006 -0700 MST", "1970 -0100 UTC")', '0'],
  ['time.format([0, "", "constructor"])', '"constructor"'],
  ['time.format([0, "Asia/Tokyo", "UnixDate"])', '"Thu Jan  1 09:00:00 JST 1970"'],
  [
    'time.format([0, "Asia/Kolkata", "MST -07 -0700 Z07:00 Z070000"])',
    '"IST +05 +0530 +05:30 +053000"',
  ],
  [
    'time.format([1500000, "", "05.000 05.999 05,000000 05.999999999"])',
    '"00.001 00.001 00,001500 00.0015"',
  ],
  [
    'time.format([0, "", "Jan January Month Monday Mon _2006 __2 002 06 1 01 2 _2 02"])',
    '"Jan January Month Thursday Thu _1970   1 001 70 1 01 1  1 01"',
  ],
  ['time.format([43200000000000, "", "15 3 03 4 5 PM pm"])', '"12 12 12 0 0 PM pm"'],
  ['time.format([0, ""])', '"1970-01-01T00:00:00Z"'],
  ['time.diff(0, 2678400000000000)', '[0, 1, 0, 0, 0, 0]'],
  ['time.diff([951782400000000000, "UTC"], 983318400000000000)', '[0, 11, 28, 0, 0, 0]'],
  ['time.diff(1706659200000000000, 1709251200000000000)', '[0, 1, 1, 0, 0, 0]'],
  ['time.date(time.add_date(1706659200000000000, 0, 1, 0))', '[2024, 3, 2]'],
  ['time.date(time.add_date(1709164800000000000, 1, 0, 0))', '[2025, 3, 1]'],
  [
    'time.clock(time.add_date(json.unmarshal("[1711839600000000000, \\"Europe/Berlin\\"]"), 0, 0, 1))',
    '[22, 0, 0]',
  ],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  [
    'time.parse_duration_ns("x")',
    'eval_builtin_error: time.parse_duration_ns: time: invalid duration "x"',
  ],
  ['time.parse_duration_ns("1")', 'time: missing unit in duration "1"'],
  ['time.parse_duration_ns("1d")', 'time: unknown unit "d" in duration "1d"'],
  ['time.parse_duration_ns("9223372036854775808ns")', 'time: invalid duration'],
  [
    'time.parse_rfc3339_ns("2026-13-01T00:00:00Z")',
    'parsing time "2026-13-01T00:00:00Z": month out of range',
  ],
  ['time.parse_rfc3339_ns("2026-02-29T00:00:00Z")', ': day out of range'],
  ['time.parse_rfc3339_ns("2026-02-28T00:00:00+25:00")', ': time zone offset hour out of range'],
  [
    'time.parse_rfc3339_ns("2026-02-28T00:00:00")',
    'as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
  ],
  ['time.parse_rfc3339_ns("x")', 'cannot parse "x" as "2006"'],
  ['time.parse_rfc3339_ns("2026-02-28T00:00:00Zx")', ': extra text: "x"'],
  ['time.parse_rfc3339_ns("1677-09-21T00:12:43.145224191Z")', 'time outside of valid range'],
  ['time.parse_rfc3339_ns("9999-12-31T00:00:00Z")', 'time outside of valid range'],
  ['time.parse_ns("2006 MST", "1970 est")', 'cannot parse "est" as "MST"'],
  ['time.parse_ns("2006 002", "1970 366")', ': day-of-year out of range'],
  ['time.parse_ns("2006 01 002", "1970 01 032")', ': day-of-year does not match month'],
  ['time.clock([0, "Nowhere/Land"])', 'unknown time zone Nowhere/Land'],
  ['time.clock([0, "+05:30"])', 'unknown time zone +05:30'],
  ['time.clock([0, "europe/berlin"])', 'unknown time zone europe/berlin'],
  [
    'time.clock(json.unmarshal("[]"))',
    'operand 1 must be either number (ns) or [number (ns), string (tz)] but got array',
  ],
  ['time.clock(json.unmarshal("[0, 1]"))', 'operand 1 must be string but got number'],
  ['time.diff(0, json.unmarshal("[\\"x\\"]"))', 'operand 1 must be number but got string'],
  ['time.clock(9223372036854775808)', 'timestamp too big'],
  ['time.clock(0.5)', 'timestamp too big'],
  [
    'time.add_date(0, 9007199254740991, 9007199254740991, 9007199254740991)',
    'time outside of valid range',
  ],
  ['time.parse_rfc3339_ns("2026-13-01T00:00:00Z")', 'eval_builtin_error'],
  ['time.parse_ns("constructor", "x")', 'eval_builtin_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

const NANOS = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test('a time printed by RFC3339Nano, in any zone, is read back as the same time', () => {
  const zones = fc.constantFrom('', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata');
  fc.assert(
    fc.property(NANOS, zones, (nanos, zone) => {
      const moment = nanos / 60_000_000_000n > -3_000_000n * 300n ? zone : '';
      const text = regoValue(
        `time.format([${nanos}, "${moment}", "2006-01-02T15:04:05.999999999Z07:00:00"])`,
      );
      const read = `time.parse_ns("2006-01-02T15:04:05Z07:00:00", ${JSON.stringify(text)})`;
      expect(regoValue(`${read} == ${nanos}`)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('no layout and no text make reading or printing throw anything but its own failure', () => {
  const parts = fc.constantFrom(
    ...'2006|01|Jan|_2|__2|002|15|3|04|05|.000|.999|,9|PM|MST|Z07:00|-0700|Mon| |  |x|1|é|GMT+3|12'.split(
      '|',
    ),
  );
  const layouts = fc.array(parts, { maxLength: 8 }).map((list) => list.join(''));
  fc.assert(
    fc.property(layouts, layouts, NANOS, (layout, text, nanos) => {
      const [written, other] = [JSON.stringify(layout), JSON.stringify(text)];
      expect(regoAnswer(`time.parse_ns(${written}, ${other})`)).toMatch(
        /^(-?\d+|eval_builtin_error.*)$/s,
      );
      expect(regoAnswer(`time.format([${nanos}, "UTC", ${written}])`)).toMatch(/^"/);
    }),
    { numRuns: 100 },
  );
});

test('a difference has no part that is a whole of the next, and no direction', () => {
  fc.assert(
    fc.property(NANOS, NANOS, (a, b) => {
      const [, months, days, hours, minutes, seconds] = regoValue(
        `time.diff(${a}, ${b})`,
      ) as number[];
      expect([months! < 12, days! < 31, hours! < 24, minutes! < 60, seconds! < 60]).not.toContain(
        false,
      );
      expect(regoValue(`time.diff(${a}, ${b}) == time.diff(${b}, ${a})`)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

/** Attacks by long layouts, texts and many zones. */
test.each([
  'count([1 | some x in numbers.range(1, 30000); time.clock([0, sprintf("X%d", [x])])])',
  'count([1 | x := sprintf("%999999s", ["2006"]); some _ in numbers.range(1, 99); time.parse_ns(x, x)])',
])('%.70s ends at a limit', (expression) => {
  expect(regoAnswer(expression)).toMatch(/^eval_(limit|builtin)_error: /);
});
