import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';
import { RegoSet, formatValue } from '../model/value.ts';
import type { Value } from '../model/value.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['net.cidr_contains("10.0.0.0/8", "10.1.2.3")', 'true'],
  ['net.cidr_contains("10.0.0.0/8", "11.0.0.0/9")', 'false'],
  ['net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16")', 'true'],
  ['net.cidr_expand("10.0.0.0/31")', '{"10.0.0.0", "10.0.0.1"}'],
  ['net.cidr_merge(["10.0.0.0/25", "10.0.0.128/25"])', '{"10.0.0.0/24"}'],
  ['net.cidr_is_valid("10.0.0.1")', 'false'],
  ['net.cidr_is_valid("10.0.0.0/08")', 'true'],
  ['net.cidr_is_valid("10.0.0.0/33")', 'false'],
  ['net.cidr_is_valid("010.0.0.0/8")', 'false'],
  ['net.cidr_is_valid("1.2.3.4::/64")', 'false'],
  ['net.cidr_is_valid("::1.2.3.4/64")', 'true'],
  ['net.cidr_is_valid("1:2:3:4:5:6:7::/64")', 'true'],
  ['net.cidr_is_valid("1:2:3:4:5:6:7:8::/64")', 'false'],
  ['net.cidr_is_valid("fe80::1%eth0/64")', 'false'],
  ['net.cidr_is_valid(json.unmarshal("7"))', 'false'],
  ['net.cidr_contains("10.0.0.0/8", "::ffff:10.1.2.3")', 'true'],
  ['net.cidr_contains("::ffff:10.0.0.0/104", "10.1.2.3")', 'true'],
  ['net.cidr_contains("::/0", "10.1.2.3")', 'false'],
  ['net.cidr_intersects("::ffff:10.0.0.0/104", "10.1.0.0/16")', 'true'],
  ['net.cidr_expand("::ffff:10.0.0.0/127")', '{"10.0.0.0", "10.0.0.1"}'],
  ['net.cidr_merge(["192.0.2.112"])', '{"192.0.2.112/24"}'],
  ['net.cidr_merge(["192.0.2.112", "192.0.2.0/25"])', '{"192.0.2.0/24"}'],
  ['net.cidr_merge({"::/1", "8000::/1"})', '{"::/0"}'],
  [
    'net.cidr_merge(["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"])',
    '{"10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"}',
  ],
  ['net.cidr_contains_matches([], ["x"])', 'set()'],
  ['net.cidr_contains_matches(["x"], {})', 'set()'],
  ['net.cidr_contains_matches(json.unmarshal("7"), ["x"])', 'set()'],
  ['net.cidr_contains_matches({"a": ["10.0.0.0/8", 1]}, {"10.0.0.1"})', '{["a", "10.0.0.1"]}'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  [
    'net.cidr_contains("x", "10.0.0.1")',
    'eval_builtin_error: net.cidr_contains: invalid CIDR address: x',
  ],
  [
    'net.cidr_contains("10.0.0.0/8", "x")',
    'not a valid textual representation of an IP address or CIDR: x',
  ],
  ['net.cidr_merge(["::1"])', 'IPv6 invalid: needs prefix length'],
  [
    'net.cidr_merge([json.unmarshal("1")])',
    'eval_builtin_error: net.cidr_merge: element must be string',
  ],
  [
    'net.cidr_contains_matches([json.unmarshal("[]")], ["10.0.0.1"])',
    'operand 1: element must be string or non-empty array',
  ],
  [
    'net.cidr_contains_matches(["10.0.0.0/8"], [json.unmarshal("[1]")])',
    'eval_type_error: net.cidr_contains_matches: operand 1 must be string',
  ],
  ['count(net.cidr_expand("10.0.0.0/8"))', 'eval_limit_error'],
  ['count(net.cidr_expand("::/0"))', 'eval_limit_error'],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

const octet = fc.nat(255);
const addresses = fc.tuple(octet, octet, fc.constantFrom(0, 1, 128), octet);
const networks = fc
  .tuple(addresses, fc.integer({ min: 16, max: 32 }))
  .map(([address, prefix]) => `${address.join('.')}/${prefix}`);

function textsOf(set: Value): readonly string[] {
  return (set as RegoSet).values as readonly string[];
}

test('merging covers the same addresses, merges no further, and knows no order', () => {
  fc.assert(
    fc.property(fc.array(networks, { minLength: 1, maxLength: 8 }), addresses, (list, address) => {
      const merged = textsOf(regoValue(`net.cidr_merge(${JSON.stringify(list)})`)!);
      const isIn = (all: readonly string[]): boolean =>
        all.some((one) => regoValue(`net.cidr_contains("${one}", "${address.join('.')}")`));
      expect(isIn(merged)).toBe(isIn(list));
      const again = `net.cidr_merge(${JSON.stringify(merged)})`;
      expect(formatValue(regoValue(again)!)).toBe(formatValue(RegoSet.of(merged)));
      const reversed = regoValue(`net.cidr_merge(${JSON.stringify(list.toReversed())})`);
      expect(formatValue(reversed!)).toBe(formatValue(RegoSet.of(merged)));
    }),
    { numRuns: 40 },
  );
});

test('a network expands to as many addresses as it has, all of which it contains', () => {
  const small = fc
    .tuple(addresses, fc.integer({ min: 28, max: 32 }))
    .map(([address, prefix]) => [`${address.join('.')}/${prefix}`, 2 ** (32 - prefix)] as const);
  fc.assert(
    fc.property(small, ([network, size]) => {
      const all = (regoValue(`net.cidr_expand("${network}")`) as RegoSet).values;
      expect(all).toHaveLength(size);
      const pairs = `net.cidr_contains_matches("${network}", ${JSON.stringify(all)})`;
      expect((regoValue(pairs) as RegoSet).size).toBe(size);
    }),
    { numRuns: 40 },
  );
});
