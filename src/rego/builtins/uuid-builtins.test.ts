import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['uuid.parse("00000000-0000-4000-8000-000000000000").version', '4'],
  ['uuid.parse("x")', 'undefined'],
  ['count(uuid.rfc4122("a"))', '36'],
  ['uuid.rfc4122("a") == uuid.rfc4122("a")', 'true'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});
