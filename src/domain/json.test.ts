/** Canonical JSON: equal values have equal bytes, and the bytes say the value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, canonicalJson, isJsonObject } from './json.ts';

describe('canonicalJson', () => {
  it.each<[string, Json | undefined, string]>([
    ['sorted keys', { b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    ['keys by code unit', { a: 1, B: 2, ä: 3, '1': 4 }, '{"1":4,"B":2,"a":1,"ä":3}'],
    ['undefined left out', { a: undefined, b: { c: undefined } }, '{"b":{}}'],
    ['nothing', undefined, 'null'],
    ['escapes', 'a"\n', '"a\\"\\n"'],
    ['a negative zero', -0, '0'],
  ])('prints %s', (_fact, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('does not depend on the order of keys, and reads back as the value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).toReversed());
        const text = canonicalJson(value as Json);
        expect(canonicalJson(turned as Json)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('isJsonObject', () => {
  it.each([
    [{}, true],
    [[], false],
    [null, false],
    ['{}', false],
    [undefined, false],
  ])('%j: %s', (value, is) => {
    expect(isJsonObject(value)).toBe(is);
  });
});
