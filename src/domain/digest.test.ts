/** Digests: every algorithm at its length, and nothing near it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestAlgorithm, isDigest, parseDigest } from './digest.ts';
import { AssayError } from './error.ts';

const HEX = 'a1'.repeat(64);

describe('parseDigest', () => {
  it.each([
    ['sha256', 64],
    ['sha384', 96],
    ['sha512', 128],
  ])('takes %s with %i digits and no other number', (algorithm, length) => {
    const text = `${algorithm}:${HEX.slice(0, length)}`;
    expect(digestAlgorithm(parseDigest(text))).toBe(algorithm);
    expect(() => parseDigest(text.slice(0, -1))).toThrow(
      `has ${length - 1} digits; ${algorithm} has ${length}`,
    );
    expect(() => parseDigest(`${text}0`)).toThrow(`has ${length + 1} digits`);
  });

  it.each([
    ['nothing', '', 'not of the form'],
    ['hex only', HEX.slice(0, 64), 'not of the form'],
    ['no algorithm', `:${HEX.slice(0, 64)}`, 'not of the form'],
    ['an unknown algorithm', `md5:${HEX.slice(0, 32)}`, 'not of the form'],
    ['a capital algorithm', `SHA256:${HEX.slice(0, 64)}`, 'not of the form'],
    ['capital digits', `sha256:${HEX.slice(0, 64).toUpperCase()}`, 'other than 0-9 and a-f'],
    ['other characters', `sha256:${'g'.repeat(64)}`, 'other than 0-9 and a-f'],
    ['a line end', `sha256:${HEX.slice(0, 63)}\n`, 'other than 0-9 and a-f'],
    ['a prototype key', `constructor:${HEX.slice(0, 64)}`, 'not of the form'],
  ])('refuses %s', (_fact, text, part) => {
    expect(() => parseDigest(text)).toThrow(part);
    expect(isDigest(text)).toBe(false);
  });

  it('throws only invalid-digest, and never disagrees with isDigest', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          return isDigest(parseDigest(text));
        } catch (error) {
          return error instanceof AssayError && error.code === 'invalid-digest' && !isDigest(text);
        }
      }),
    );
  });
});
