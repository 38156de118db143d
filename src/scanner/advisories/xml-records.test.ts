/** Records of large XML documents one by one, wherever a window ends. */
import { describe, expect, it } from 'vitest';
import { xmlRecords } from './xml-records.ts';

function read(text: string): readonly string[] {
  const wanted = { root: 'root', names: ['a', 'b'] };
  return [...xmlRecords(new TextEncoder().encode(text), wanted)].map(
    ({ name, text: own, attributes }) => `${name}${attributes.get('id') ?? ''}=${own}`,
  );
}

describe('xmlRecords', () => {
  it.each([
    [
      'elements of the names, in order',
      '<root><a id="1">x</a><c/><b>y</b></root>',
      ['a1=x', 'b=y'],
    ],
    ['with prefixes', '<n:root xmlns:n="u"><n:a>x</n:a></n:root>', ['a=x']],
    ['empty ones', '<root><a id="1"/><b id="2" /></root>', ['a1=', 'b2=']],
    ['others that begin alike are passed over', '<root><ab>x</ab><a>y</a></root>', ['a=y']],
    ['none', '<root></root>', []],
  ])('%s', (_, text, wanted) => {
    expect(read(text)).toEqual(wanted);
  });

  it('a record or its tag may stand across windows', () => {
    const window = 1024 * 1024;
    for (const before of [window - 20, window - 3, window - 1, window]) {
      const text = `<root>${' '.repeat(before - 6)}<a id="1">${'é'.repeat(700_000)}</a><b/></root>`;
      expect(read(text).map((one) => one.slice(0, 4))).toEqual(['a1=é', 'b=']);
    }
  });

  it.each([
    ['another root', '<other><a/></other>', 'no <root>'],
    ['a record that does not end', '<root><a>x', 'does not end'],
    ['tags that cross', '<root><a><c></a></c></root>', 'cross'],
  ])('refuses %s', (_, text, why) => {
    expect(() => read(text)).toThrow(why);
  });
});
