import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNumbers, formatRegoNumber, fromDouble, parseRegoNumber } from './number.ts';

const FORMS: readonly (readonly [text: string, printed: string])[] = [
  ['1', '1'],
  ['1.0', '1'],
  ['-0', '0'],
  ['100e-2', '1'],
  ['0.1', '0.1'],
  ['9007199254740993', '9007199254740993'],
  ['28857836529306024611913', '28857836529306024611913'],
  ['0.12345678901234567890123', '0.12345678901234567890123'],
  ['1e21', '1000000000000000000000'],
  ['1e308', `1${'0'.repeat(308)}`],
  ['2e308', '2e308'],
  ['9'.repeat(400), '9'.repeat(400)],
  ['1.5e-9', '1.5e-9'],
];

test.each(FORMS)('%s is printed as %s', (text, printed) => {
  expect(formatRegoNumber(parseRegoNumber(text)!)).toBe(printed);
});

test.each(['', '1.', '.5', '+1', '0x1', '1e5000', 'NaN', '1_000'])('%j is no number', (text) => {
  expect(parseRegoNumber(text)).toBeUndefined();
});

test('a text of more than 4,096 digits is refused', () => {
  expect(parseRegoNumber('9'.repeat(5000))).toBeUndefined();
});

test('what is printed is read back as the same number', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.integer({ min: -40, max: 40 }), (coefficient, exponent) => {
      const number = parseRegoNumber(`${coefficient}e${exponent}`)!;
      expect(parseRegoNumber(formatRegoNumber(number))).toEqual(number);
    }),
  );
});

test('the order of numbers is that of doubles where doubles are exact', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      const [x, y] = [fromDouble(a), fromDouble(b)];
      if (x === undefined || y === undefined) return;
      expect(Math.sign(compareNumbers(x, y))).toBe(Math.sign(a - b || 0));
    }),
  );
});
