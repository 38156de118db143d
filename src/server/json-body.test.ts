/** What a body must be before anything reads its fields. */
import { describe, expect, it } from 'vitest';
import { MAX_CONTAINERS } from '../domain/json-shape.ts';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

describe('a body', () => {
  it.each([
    ['', {}],
    ['{"a":[1]}', { a: [1] }],
    ['"x"', 'x'],
  ])('%s is read', (text, want) => {
    expect(parse(text)).toEqual(want);
  });

  it.each([
    ['{', 'the body is not JSON'],
    ['{"a":1,"a":2}', 'the body has the key "a" twice'],
    ['['.repeat(65) + ']'.repeat(65), 'the body is nested deeper than 64 levels'],
    [
      `[${'{},'.repeat(MAX_CONTAINERS)}1]`,
      'the body has 200001 arrays and objects; at most 200000',
    ],
  ])('%.20s is refused', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('is UTF-8', () => {
    expect(() => parseJsonBody(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('the body is not UTF-8');
  });
});
