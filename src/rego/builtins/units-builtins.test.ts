import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['units.parse("10Ki")', '10240'],
  ['units.parse("500m")', '0.5'],
  ['units.parse("-1.5kI")', '-1536'],
  ['units.parse("+.5")', '0.5'],
  ['units.parse("5.")', '5'],
  ['units.parse("1e")', '1000000000000000000'],
  ['units.parse("1e1e")', '10000000000000000000'],
  ['units.parse("1e+2K")', '100000'],
  ['units.parse("0.00000000005")', '1e-10'],
  ['units.parse("-0.00000000004")', '0'],
  ['units.parse_bytes("1e2")', '100'],
  ['units.parse_bytes("-1.9")', '-1'],
  ['units.parse_bytes("\\"1KiB\\"")', '1024'],
  ['units.parse("1M")', '1000000'],
  ['units.parse_bytes("1.5KB")', '1500'],
  ['units.parse_bytes("1MiB")', '1048576'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['units.parse_bytes("")', 'no byte amount provided'],
  ['units.parse("1 K")', 'spaces not allowed'],
  ['units.parse("1x")', 'not recognized'],
  ['units.parse("1XYZ")', 'unit Xyz not recognized'],
  ['units.parse("1i")', 'unit i not recognized'],
  ['units.parse("1Kib")', 'unit Kib not recognized'],
  ['units.parse_bytes("1B")', 'byte unit b not recognized'],
  ['units.parse("1-2")', 'could not parse amount to a number'],
  ['units.parse("--1")', 'could not parse amount to a number'],
  ['units.parse("K")', 'no amount provided'],
  ['units.parse("1e9999999")', 'exponent too large'],
  ['units.parse("1e999999")', 'could not parse amount to a number'],
  ['units.parse_bytes("1e-9999999K")', 'exponent too large'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
