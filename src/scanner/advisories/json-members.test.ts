/** Members of large objects one by one: what JSON.parse says of the whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonMembers } from './json-members.ts';

function members(text: string): unknown {
  const found = [...jsonMembers(new TextEncoder().encode(text))];
  return Object.fromEntries(found.map(({ key, text: value }) => [key, JSON.parse(value)]));
}

describe('jsonMembers', () => {
  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(members(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    '',
    '[]',
    '1',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{"a":"',
    '{"a":"\\',
    '{a:1}',
    '{"a":1} {}',
  ])('refuses %j', (text) => {
    expect(() => members(text)).toThrow(SyntaxError);
  });
});
