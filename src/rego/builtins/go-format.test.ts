import fc from 'fast-check';
import { expect, test } from 'vitest';
import { regoAnswer } from '../../../test/support/call-builtin.ts';
import type { Value } from '../model/value.ts';
import { goArgument } from './go-argument.ts';
import { goFormat } from './go-format.ts';

const FREE = { charge: () => {}, allocate: () => {} };

function format(text: string, args: readonly Value[]): string {
  return goFormat(
    text,
    args.map((value) => () => goArgument(value)),
    FREE,
  );
}

const BIG = 12_345_678_901_234_567_890_123n;

/** What Go 1.24 prints. */
const ROWS: readonly (readonly [format: string, args: readonly Value[], wanted: string])[] = [
  ['100%%', [], '100%'],
  ['%v|%v|%v', ['a', 1, 1.5], 'a|1|1.5'],
  ['%d|%5d|%-5d|%05d', [7, 7, 7, 7], '7|    7|7    |00007'],
  ['%+d|% d|%+05d|%-05d|', [7, 7, 7, 7], '+7| 7|+0007|7    |'],
  ['%05d|%+.3d|%8.3d', [-7, 7, 7], '-0007|+007|     007'],
  ['%.0d|%3.0d|', [0, 0], '|   |'],
  ['%b|%o|%O|%x|%X', [5, 8, 8, 255, 255], '101|10|0o10|ff|FF'],
  ['%#b|%#o|%#x|%#X', [5, 8, 255, 255], '0b101|010|0xff|0XFF'],
  ['%#06x|%x', [255, -255], '0x0000ff|-ff'],
  ['%c|%q|%+q|%q|%U|%#U', [233, 233, 233, 10, 233, 233], "é|'é'|'\\u00e9'|'\\n'|U+00E9|U+00E9 'é'"],
  ['%c|%q', [-1, 1_114_112], "\ufffd|'\ufffd'"],
  [
    '%e|%E|%f|%F|%g|%G',
    [1.5, 1.5, 1.5, 1.5, 1e-7, 1e-7],
    '1.500000e+00|1.500000E+00|1.500000|1.500000|1e-07|1E-07',
  ],
  ['%v|%v|%v', [1_234_567.5, 123_456.5, 1e-5], '1.2345675e+06|123456.5|1e-05'],
  ['%.1f|%.0f|%.2e|%.3g|%.10g', [2.25, 2.5, 1.125, 123.456, 100.5], '2.2|2|1.12e+00|123|100.5'],
  ['%8.2f|%-8.2f|%08.2f|%+.1f', [-1.5, -1.5, -1.5, 1.5], '   -1.50|-1.50   |-0001.50|+1.5'],
  ['%.60f', [0.1], '0.100000000000000005551115123125782702118158340454101562500000'],
  ['%#g|%#.0f|%#.3g', [1.5, 2.5, 100.5], '1.50000|2.|100.'],
  ['%x|%X|%b|%.1x', [1.5, 1.5, 1.5, 1.96875], '0x1.8p+00|0X1.8P+00|6755399441055744p-52|0x1.0p+01'],
  [
    '%s|%10s|%-10s|%.2s|%05s',
    ['héy', 'héy', 'héy', 'héy', 'a'],
    'héy|       héy|héy       |hé|0000a',
  ],
  ['%q|%#q|%+q', ['a"\u0001\u200b\n', 'a"b', 'é'], '"a\\"\\x01\\u200b\\n"|`a"b`|"\\u00e9"'],
  [
    '%x|%X|% x|%#x|%# x|%.2x',
    ['hé', 'hé', 'hé', 'hé', 'hé', 'hé'],
    '68c3a9|68C3A9|68 c3 a9|0x68c3a9|0x68 0xc3 0xa9|68c3',
  ],
  ['%v|%s|%v', [[1, 'a'], { a: null }, true], '[1, "a"]|{"a": null}|true'],
  ['%v', [['\u0001\u000b\u007fé\\u0001']], '["\\x01\\v\\x7fé\\\\u0001"]'],
  ['%T|%T|%T|%T|%T', ['a', 1, 1.5, true, BIG], 'string|int|float64|string|*big.Int'],
  ['%+v|%#v|%#v', [5, 'a', 1.5], '5|"a"|1.5'],
  [
    '%d|%s|%x|%+d|%30d|',
    [BIG, BIG, BIG, BIG, BIG],
    `${BIG}|${BIG}|${BIG.toString(16)}|+${BIG}|       ${BIG}|`,
  ],
  ['%c', [BIG], `%!c(big.Int=${BIG})`],
  ['%d', ['x'], '%!d(string=x)'],
  ['%5d|', ['x'], '%!d(string=    x)|'],
  ['%s|%t|%d', [1, 'x', 1.5], '%!s(int=1)|%!t(string=x)|%!d(float64=1.5)'],
  ['%z', [1], '%!z(int=1)'],
  ['%!|', [2], '%!!(int=2)|'],
  ['%d %d', [1], '1 %!d(MISSING)'],
  ['%d', [1, 'a', 2.5], '1%!(EXTRA string=a, float64=2.5)'],
  ['%', [], '%!(NOVERB)'],
  ['%[2]d %[1]d', [1, 2], '2 1'],
  ['%[2]*[1]d|', [2, 5], '    2|'],
  ['%[3]*.[2]*[1]f', [12.0001, 2, 6], ' 12.00'],
  ['%[5]d|%[x]d|%[1d', [1], '%!d(BADINDEX)|%!d(BADINDEX)|%!d(BADINDEX)'],
  ['%[1]2d|%[1].2d', [7], '%!d(BADINDEX)|%!d(BADINDEX)'],
  ['%*d|%-*d|%*d|', [3, 7, 3, 7, -3, 7], '  7|7  |7  |'],
  ['%*d', ['a', 7], '%!(BADWIDTH)7'],
  ['%.*f|%.*f', ['a', 1.5, -1, 1.5], '%!(BADPREC)1.500000|%!(BADPREC)1.500000'],
  ['%*d', [10_000_000, 7], '%!(BADWIDTH)7'],
  ['%99999999999d tail', [1], '%!(NOVERB)%!(EXTRA int=1)'],
];

test.each(ROWS)('%s', (text, args, wanted) => {
  expect(format(text, args)).toBe(wanted);
});

const words = fc.constantFrom(
  ...'%|%[|[1]|[9]|*|.|5|12|#|+|-|0| |d|s|q|v|x|f|g|U|c|é|%%'.split('|'),
);
const values: fc.Arbitrary<Value> = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((double) => !Number.isInteger(double)),
  fc.bigInt({ min: 2n ** 64n, max: 2n ** 80n }),
  fc.array(fc.string()),
);

test('no format and no arguments make it throw', () => {
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 20 }),
      fc.array(values, { maxLength: 4 }),
      (parts, args) => {
        expect(typeof format(parts.join(''), args)).toBe('string');
      },
    ),
  );
});

test('%v of a double reads back as the same double', () => {
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(doubles, (double) => {
      if (Number.isInteger(double)) return;
      expect(Number(format('%v', [double]))).toBe(double);
      expect(Number(format('%.17e', [double]))).toBe(double);
      expect(Number(format('%.1100f', [double]))).toBe(double);
    }),
  );
});

test('%.*f agrees with toFixed where no half is rounded', () => {
  const thirds = fc.integer({ min: 1, max: 1e9 }).map((number) => number / 3);
  fc.assert(
    fc.property(thirds, fc.nat(20), (double, places) => {
      if (Number.isInteger(double)) return;
      expect(format('%.*f', [places, double])).toBe(double.toFixed(places));
    }),
  );
});

/** Attacks on the memory by a few characters of format. */
test.each([
  'count([sprintf("%999999d", [x]) | x := numbers.range(1, 1000)[_]])',
  'count([sprintf("%.1000000f", [1.5]) | x := numbers.range(1, 1000)[_]])',
  'sprintf("%v", [[x | x := sprintf("%999999s", [""]); numbers.range(1, 100)[_]]])',
  'count(sprintf("%[1]v%[1]v%[1]v%[1]v%[1]v%[1]v%[1]v%[1]v%[1]v", [sprintf("%9999999s", [""])]))',
])('%.60s ends at a limit', (expression) => {
  expect(regoAnswer(expression)).toMatch(/^eval_limit_error: /);
});
