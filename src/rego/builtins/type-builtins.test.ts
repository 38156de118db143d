import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import { RegoSet, formatValue } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { typeBuiltins } from './type-builtins.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['to_number("-42.0")', '-42'],
  ['to_number("+1")', '1'],
  ['to_number(".5")', '0.5'],
  ['to_number("1.")', '1'],
  ['to_number("1e2")', '100'],
  ['to_number("1e-400") > 0', 'true'],
  ['to_number(null) + to_number(true) + to_number(2.5)', '3.5'],
  ['type_name({})', '"object"'],
  ['type_name(set())', '"set"'],
  ['is_number(1)', 'true'],
  ['is_null(false)', 'false'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['to_number("")', 'strconv.ParseFloat: parsing "": invalid syntax'],
  ['to_number(" 1")', 'invalid syntax'],
  ['to_number("1_000")', 'invalid syntax'],
  ['to_number("0x10")', 'invalid syntax'],
  ['to_number("infi")', 'invalid syntax'],
  ['to_number("1e400")', 'strconv.ParseFloat: parsing "1e400": value out of range'],
  ['to_number("1e999999999")', 'value out of range'],
  ['to_number("-Infinity")', 'eval_type_error: to_number: operand 1 must be valid number string'],
  [
    'to_number(json.unmarshal("[]"))',
    'must be one of {null, boolean, number, string} but got array',
  ],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

/** The casts of v0, which no policy of v1 may call. */
const CASTS: readonly (readonly [name: string, value: Value, wanted: string])[] = [
  ['cast_array', RegoSet.of([2, 1]), '[1, 2]'],
  ['cast_set', [1, 1], '{1}'],
  ['cast_string', 'a', '"a"'],
  ['cast_array', 'a', 'operand 1 must be one of {array, set} but got string'],
  ['cast_set', 'a', 'operand 1 must be one of {array, set} but got string'],
  ['cast_null', 0, 'operand 1 must be null but got number'],
];

test.each(CASTS)('%s of %j is %s', (name, value, wanted) => {
  const cast = typeBuiltins.find((builtin) => builtin.name === name)!;
  const answer = (): string => {
    try {
      return formatValue(cast.call([value], {} as BuiltinContext)!);
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(answer()).toBe(wanted);
});
