import { expect, test } from 'vitest';
import { SMALL_LIMITS, regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['uuid.parse("00000000-0000-4000-8000-000000000000").version', '4'],
  ['uuid.parse("x")', 'undefined'],
  ['uuid.parse("")', 'undefined'],
  ['uuid.parse("00000000-0000-4000-8000-00000000000g")', 'undefined'],
  ['uuid.parse("0000000000004000-8000-000000000000")', 'undefined'],
  ['uuid.parse("00000000000040008000000000000000").variant', '"RFC4122"'],
  ['uuid.parse("{00000000-0000-4000-c000-000000000000}").variant', '"Microsoft"'],
  ['uuid.parse("URN:UUID:00000000-0000-4000-e000-000000000000").variant', '"Future"'],
  ['uuid.parse("00000000-0000-4000-0000-000000000000")', '{"variant": "Reserved", "version": 4}'],
  [
    'uuid.parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")',
    '{"clocksequence": 180, "macvariables": "global:unicast", "nodeid": "00-c0-4f-d4-30-c8", "time": 886630433151182400, "variant": "RFC4122", "version": 1}',
  ],
  ['rand.intn("a", 10) == rand.intn("a", 10)', 'true'],
  ['rand.intn("a", 0)', '0'],
  ['rand.intn("a", -5) < 5', 'true'],
  ['rand.intn("a", 1e20) < 1e20', 'true'],
  ['opa.runtime()', '{}'],
  ['trace("x")', 'true'],
  ['count(uuid.rfc4122("a"))', '36'],
  ['uuid.rfc4122("a") == uuid.rfc4122("a")', 'true'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const FLOODS: readonly (readonly [attack: string, expression: string])[] = [
  ['lines of print', '[1 | some i in numbers.range(1, 100000); trace(input)]'],
  [
    'numbers drawn by chance',
    '[1 | some i in numbers.range(1, 1000000); rand.intn(sprintf("%d", [i]), 9)]',
  ],
  [
    'names of UUIDs',
    '[1 | some i in numbers.range(1, 100000); uuid.rfc4122(sprintf("%d%s", [i, input]))]',
  ],
];

test.each(FLOODS)('a flood of %s ends at a limit', (_, expression) => {
  expect(regoAnswer(`count(${expression})`, 'x'.repeat(10_000), SMALL_LIMITS)).toMatch(
    /^eval_limit_error/,
  );
});
