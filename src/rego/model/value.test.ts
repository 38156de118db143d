import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonText, parseJsonValue } from './json-text.ts';
import {
  compareStrings,
  compareValues,
  equalValues,
  formatValue,
  keyOf,
  makeObject,
  RegoSet,
  type Value,
} from './value.ts';

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Value>(null, true, false, 0, 1, -1, 0.5, 12345678901234567890n),
    fc.string({ maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => RegoSet.of(items)),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map((pairs) => makeObject(pairs)),
  ),
}));

test('the order is total: turned round it is the opposite, and equal to itself', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
      expect(compareValues(a, a)).toBe(0);
    }),
  );
});

test('the order is transitive', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const [x, y, z] = [a, b, c].toSorted(compareValues) as [Value, Value, Value];
      expect(compareValues(x, z)).toBeLessThanOrEqual(0);
      expect(compareValues(x, y)).toBeLessThanOrEqual(0);
      expect(compareValues(y, z)).toBeLessThanOrEqual(0);
    }),
  );
});

test('values are equal exactly where their order is 0, their keys agree and their texts do', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const isEqual = compareValues(a, b) === 0;
      expect(equalValues(a, b)).toBe(isEqual);
      expect(keyOf(a) === keyOf(b)).toBe(isEqual);
      expect(formatValue(a) === formatValue(b)).toBe(isEqual);
    }),
  );
});

test('strings are ordered as the bytes of their UTF-8', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const wanted = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareStrings(a, b))).toBe(wanted);
    }),
  );
});

test('JSON is read and printed without loss', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const read = parseJsonValue(text);
      expect(equalValues(parseJsonValue(jsonText(read)), read)).toBe(true);
    }),
  );
});

test('attack: `__proto__` is a key like any other and changes no prototype', () => {
  const object = makeObject([
    ['__proto__', { polluted: true }],
    ['a', 1],
  ]);
  expect(jsonText(object)).toBe('{"__proto__":{"polluted":true},"a":1}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
