/** Nesting and doubled keys are seen in any text, before anything recursive reads it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonShape } from './json-shape.ts';

describe('jsonShape', () => {
  it.each([
    ['{}', 1, undefined],
    ['1', 0, undefined],
    ['{"a":1,"b":2}', 1, undefined],
    ['{"a":1,"a":2}', 1, 'a'],
    ['{"a":1,"\\u0061":2}', 1, 'a'],
    ['{"a" \n: 1,"a":2}', 1, 'a'],
    ['{"a":{"a":1}}', 2, undefined],
    ['[{"a":1},{"a":2}]', 2, undefined],
    ['{"a":"b","b":"a"}', 1, undefined],
    ['{"x":["a","a"]}', 2, undefined],
    ['{"a":"{\\"b\\":[["}', 1, undefined],
    ['{"":1,"":2}', 1, ''],
    ['{"__proto__":1,"__proto__":2}', 1, '__proto__'],
  ])('%s', (text, depth, duplicateKey) => {
    const shape = jsonShape(text);
    expect([shape.depth, shape.duplicateKey]).toEqual([depth, duplicateKey]);
  });

  it('counts arrays and objects, but none in strings', () => {
    expect(jsonShape('{"a":[{},{},"[{"],"b":[]}').containers).toBe(5);
    expect(jsonShape('1').containers).toBe(0);
  });

  it('bears a million open brackets and a string of eight million characters', () => {
    expect(jsonShape('['.repeat(1_000_000)).depth).toBe(1_000_000);
    expect(jsonShape(`{"a":"${'x'.repeat(8_000_000)}"}`).depth).toBe(1);
  });

  it('sees no doubled key in what JSON.stringify prints (property)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        return jsonShape(JSON.stringify(value)).duplicateKey === undefined;
      }),
    );
  });
});
