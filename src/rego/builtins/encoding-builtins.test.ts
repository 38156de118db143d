import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['base64.encode("é")', '"w6k="'],
  ['base64.decode("w6k=")', '"é"'],
  ['base64url.encode_no_pad("??")', '"Pz8"'],
  ['base64url.decode("Pz8")', '"??"'],
  ['hex.encode("a")', '"61"'],
  ['urlquery.encode("a b&c")', '"a+b%26c"'],
  ['urlquery.decode("a+b%26c")', '"a b&c"'],
  ['urlquery.encode_object({"b": "1", "a": {"y", "x"}})', '"a=x&a=y&b=1"'],
  ['json.unmarshal("[1, 1e2]")', '[1, 100]'],
  ['json.is_valid("{}")', 'true'],
  ['json.marshal({"b": {1}, "a": null})', '"{\\"a\\":null,\\"b\\":[1]}"'],
  ['yaml.unmarshal("a: [1, x]")', '{"a": [1, "x"]}'],
  ['yaml.is_valid("a: [")', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['base64.decode("%")', 'illegal base64'],
  ['hex.decode("6")', 'eval_builtin_error'],
  ['json.unmarshal("{")', 'eval_builtin_error'],
  [
    'count(yaml.unmarshal("a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]"))',
    'eval_',
  ],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});
