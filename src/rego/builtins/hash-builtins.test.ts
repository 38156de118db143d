import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SMALL_LIMITS, regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';

/** Of RFC 1321, FIPS 180-4, and RFC 2202 and 4231 (the first and second case of each). */
const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['crypto.md5("")', '"d41d8cd98f00b204e9800998ecf8427e"'],
  ['crypto.md5("message digest")', '"f96b697d7cb7938d525a2f31aaf161d0"'],
  ['crypto.sha1("abc")', '"a9993e364706816aba3e25717850c26c9cd0d89d"'],
  ['crypto.sha256("abc")', '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"'],
  [
    'crypto.hmac.md5("Hi There", hex.decode("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"))',
    '"9294727a3638bb1c13f48ef8158bfc9d"',
  ],
  [
    'crypto.hmac.md5(hex.decode("dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"), hex.decode("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))',
    '"56be34521d144c88dbb8c733f0e8b3f6"',
  ],
  [
    'crypto.hmac.sha1("what do ya want for nothing?", "Jefe")',
    '"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"',
  ],
  [
    'crypto.hmac.sha256("what do ya want for nothing?", "Jefe")',
    '"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"',
  ],
  [
    'crypto.hmac.sha512("what do ya want for nothing?", "Jefe")',
    '"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"',
  ],
  ['crypto.hmac.equal("a", "a")', 'true'],
  ['crypto.hmac.equal("a", "ab")', 'false'],
  ['crypto.hmac.equal("", "")', 'true'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const texts = fc.string({ unit: 'grapheme' });

test.each(['md5', 'sha1', 'sha256'])('crypto.%s is the digest of the UTF-8', (name) => {
  fc.assert(
    fc.property(texts, (text) => {
      const wanted = createHash(name).update(text).digest('hex');
      expect(regoValue(`crypto.${name}(input)`, text)).toBe(wanted);
    }),
    { numRuns: 30 },
  );
});

test.each(['md5', 'sha1', 'sha256', 'sha512'])('crypto.hmac.%s takes the key second', (name) => {
  fc.assert(
    fc.property(texts, texts, (text, key) => {
      const wanted = createHmac(name, key).update(text).digest('hex');
      expect(regoValue(`crypto.hmac.${name}(input[0], input[1])`, [text, key])).toBe(wanted);
    }),
    { numRuns: 30 },
  );
});

test('digests of a long text, many times, end at the limit of steps', () => {
  const loop = 'count([1 | some i in numbers.range(1, 10000); crypto.sha256(input)])';
  expect(regoAnswer(loop, 'a'.repeat(100_000), SMALL_LIMITS)).toMatch(
    /^eval_limit_error: .* steps/,
  );
});
