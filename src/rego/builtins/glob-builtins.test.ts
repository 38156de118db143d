import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['glob.match("*.example.com", ["."], "api.example.com")', 'true'],
  ['glob.match("*.com", ["."], "a.b.com")', 'false'],
  ['glob.match("**.com", ["."], "a.b.com")', 'true'],
  ['glob.match("*", null, "a.b")', 'true'],
  ['glob.match("*", [], "a.b")', 'false'],
  ['glob.match("{a,b}?", [], "bc")', 'true'],
  ['glob.match("[a-c]x", [], "bx")', 'true'],
  ['glob.match("[!a-c]x", [], "bx")', 'false'],
  ['glob.quote_meta("*.a")', '"\\\\*.a"'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});
