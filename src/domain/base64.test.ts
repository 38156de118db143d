import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';

describe('decodeBase64', () => {
  it.each([
    ['standard alphabet', '+/8=', [0xfb, 0xff]],
    ['URL-safe alphabet', '-_8=', [0xfb, 0xff]],
    ['URL-safe, unpadded', '-_8', [0xfb, 0xff]],
    ['empty', '', []],
  ])('reads %s', (_name, text, bytes) => {
    expect([...decodeBase64(text)]).toEqual(bytes);
  });

  it.each([
    ['mixed alphabets', '+_8='],
    ['a blank', 'AA AA'],
    ['a line end', 'AAAA\n'],
    ['one digit too many', 'AAAAA'],
    ['too little padding', 'AA='],
    ['padding alone', '='],
    ['padding in the middle', 'AA==AAAA'],
    ['bits beyond the last byte', 'AB=='],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeBase64(text)).toThrow(/base64/);
  });

  it('reads back whatever is printed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
      }),
    );
  });
});
