import { expect, test } from 'vitest';
import { compareYamlKeys } from './yaml-key-order.ts';
import { writeYaml } from './yaml-writer.ts';
import type { Value } from '../model/value.ts';

const WRITTEN: readonly (readonly [value: Value, yaml: string])[] = [
  [{}, '{}\n'],
  ['x', 'x\n'],
  ['x\ny', '|-\n  x\n  y\n'],
  [[1, [2, { a: 1, b: [3] }], {}, []], '- 1\n- - 2\n  - a: 1\n    b:\n    - 3\n- {}\n- []\n'],
  [{ a: { b: [{ c: 1, d: 2 }] } }, 'a:\n  b:\n  - c: 1\n    d: 2\n'],
  [['x\ny\n', 'x\n\n'], '- |\n  x\n  y\n- |+\n  x\n\n'],
  [{ a: '\n x', b: 'x \ny' }, 'a: |2-\n\n   x\nb: "x \\ny"\n'],
  [
    ['', 'yes', '1', '1e3', '~', '2001-01-01', '12:30', '.inf', '<<'],
    '- ""\n- "yes"\n- "1"\n- "1e3"\n- "~"\n- "2001-01-01"\n- "12:30"\n- ".inf"\n- "<<"\n',
  ],
  [
    ['a: b', '#x', "it's", "'q", ' x', 'a #b', '-', '- a', 'a:', '-a', 'a#b'],
    "- 'a: b'\n- '#x'\n- it's\n- '''q'\n- ' x'\n- 'a #b'\n- '-'\n- '- a'\n- 'a:'\n- -a\n- a#b\n",
  ],
  [['\u2003', 'a\u3000'], "- '\u2003'\n- 'a\u3000'\n"],
  [['😀', 'a\tb', '\u0001'], '- "\\U0001F600"\n- "a\\tb"\n- "\\x01"\n'],
  [[1.5, 1234567.5, 0.00001, 12345678], '- 1.5\n- 1.2345675e+06\n- 1e-05\n- 12345678\n'],
  [{ a10: 1, a2: 2, y: 3 }, 'a2: 2\na10: 1\n"y": 3\n'],
  [{ ['k'.repeat(129)]: 1 }, `? ${'k'.repeat(129)}\n: 1\n`],
];

test.each(WRITTEN)('%j is written as %j', (value, yaml) => {
  expect(writeYaml(value)).toBe(yaml);
});

test('keys stand in natural order, letters behind what is none', () => {
  const keys = ['b', 'a10', 'a2', 'B', 'a', 'a1b', 'a01', '1', '10', '2', '_', 'é', 'a-b', 'a100'];
  expect(keys.toSorted(compareYamlKeys).join(' ')).toBe('_ 1 2 10 B a a-b a1b a01 a2 a10 a100 b é');
});

test('numbers that no double holds are whole', () => {
  expect(writeYaml([2n ** 80n])).toBe('- 1208925819614629174706176\n');
});
