import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNumbers, decimalOf, fromBigInt, makeNumber } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { addFloats, divideFloats, fromBigFloat, multiplyFloats, toBigFloat } from './big-float.ts';

const numbers = fc
  .tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: -60, max: 60 }))
  .map(([coefficient, exponent]) => makeNumber(coefficient, exponent));

test('what is printed of a float reads back as the same float', () => {
  fc.assert(
    fc.property(numbers, (number) => {
      const float = toBigFloat(number);
      expect(toBigFloat(fromBigFloat(float))).toEqual(float);
    }),
  );
});

test('no float is printed with more than 21 digits, nor with a digit too many', () => {
  fc.assert(
    fc.property(numbers, (number) => {
      const float = toBigFloat(number);
      const { coefficient, exponent } = decimalOf(fromBigFloat(float));
      expect(String(coefficient).replace(/^-/, '').replace(/0+$/, '').length).toBeLessThan(22);
      if (coefficient === 0n || exponent >= 0) return;
      const shorter = makeNumber(coefficient / 10n, exponent + 1);
      expect(toBigFloat(shorter)).not.toEqual(float);
    }),
  );
});

test('sums and products do not depend on the order of their operands', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [x, y] = [toBigFloat(a), toBigFloat(b)];
      expect(addFloats(x, y)).toEqual(addFloats(y, x));
      expect(multiplyFloats(x, y)).toEqual(multiplyFloats(y, x));
    }),
  );
});

test('a whole number of 64 bits divided by one is itself', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (value) => {
      const number = fromBigInt(value);
      const quotient = divideFloats(toBigFloat(number), toBigFloat(1));
      expect(fromBigFloat(quotient)).toEqual(number);
    }),
  );
});

test('the order of numbers is that of their exact values', () => {
  const exact = (value: RegoNumber): bigint => {
    const { coefficient, exponent } = decimalOf(value);
    return coefficient * 10n ** BigInt(exponent + 100);
  };
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [x, y] = [exact(a), exact(b)];
      expect(Math.sign(compareNumbers(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});
