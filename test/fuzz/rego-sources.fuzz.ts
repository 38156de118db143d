/**
 * Sources of Rego, made wrong: any text is read, or refused with places within it, in bounded time
 * and memory. The corpus is OPA's cases where they are at hand, and some sources of our own.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lexRego } from '../../src/rego/syntax/lex-rego.ts';
import { parseModule, parseQuery, parseTerm } from '../../src/rego/syntax/parse-module.ts';
import { type RegoError, formatRegoError } from '../../src/rego/model/rego-error.ts';
import { FUTURE_KEYWORDS, OLD_KEYWORDS } from '../../src/rego/syntax/rego-token.ts';
import type { RegoVersion } from '../../src/rego/syntax/syntax.ts';
import { regoErrorsOf } from '../support/rego-errors.ts';
import { mutatedBytes } from '../support/mutations.ts';
import { testData } from '../support/test-data.ts';

/** One source may take so long to read, in milliseconds: the machine may be busy. */
const PATIENCE = 2000;

const OWN_SOURCES = [
  'package a.b\n\nimport rego.v1\nimport data.lib.x as y\n\ndefault allow := false\n',
  'package a\n# METADATA\n# title: x\n# custom: {a: [1, "b"]}\np contains x if {\n\tsome x in input.xs\n}\n',
  'package a\np[x] = y { x := [1, 2][_]; y := {z | z = x} } else = 3 { not q } \n',
  'package a\nf(x, [_, y]) := $"{x} \\{ {y with input as {"a": 1}}" if every k, v in {x | y} { k != v }\n',
  'package a\np if {{"a": 1} == {a: b | c}}\nq := `raw\n${x}` if { [a | b, c in d, e] }\nnot.x := 1e3\n',
];

function corpus(): readonly string[] {
  const file = testData('cases', 'rego-cases.json');
  if (file === undefined) return OWN_SOURCES;
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly cases: readonly { readonly modules?: readonly string[] }[];
  };
  return [...OWN_SOURCES, ...cases.flatMap(({ modules }) => modules ?? [])];
}

const SOURCES = corpus();
const WORDS = [
  ...OLD_KEYWORDS,
  ...FUTURE_KEYWORDS,
  ...'[ ] { } ( ) , ; : . := = == != < >= | & + - * / % $" $` " ` # \\ \\{ _ x p input data set'.split(
    ' ',
  ),
  '\n',
  '\n# METADATA\n# ',
  'rego.v1',
  'future.keywords',
  '01',
  '1e400',
  '"s"',
  '\u0000',
  '🚢',
  ' ',
];

const words = (length: number, glue: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...WORDS), { maxLength: length }).map((list) => list.join(glue));

const sources = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...SOURCES)
      .chain((text) => mutatedBytes(Buffer.from(text)).map(String)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...SOURCES), fc.constantFrom(...SOURCES), fc.nat(), fc.nat())
      .map(([a, b, end, start]) => a.slice(0, end % a.length) + b.slice(start % b.length)),
  },
  { weight: 2, arbitrary: words(60, ' ').map((text) => `package a\np if ${text}`) },
  { weight: 2, arbitrary: words(4000, '') },
  { weight: 1, arbitrary: words(4, '').map((text) => text.repeat(2000)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20_000 }) },
);
const versions = fc.constantFrom<RegoVersion[]>('v0', 'v1');

/** What is odd about the errors of a refused source: a place outside, a message without end. */
function oddErrors(read: () => unknown, text: string): readonly string[] {
  const lines = text.split('\n').length;
  const isOdd = (error: RegoError): boolean =>
    error.at === undefined ||
    error.at.line > lines ||
    error.at.column < 1 ||
    formatRegoError(error).length > 2000;
  return regoErrorsOf(read).filter(isOdd).map(formatRegoError);
}

describe('any source', () => {
  it('is read as a module, or refused with places, in bounded time', () => {
    fc.assert(
      fc.property(sources, versions, (text, version) => {
        const began = performance.now();
        expect(oddErrors(() => parseModule({ file: 'f.rego', text, version }), text)).toEqual([]);
        expect(performance.now() - began).toBeLessThan(PATIENCE);
      }),
    );
  });

  it('is read as a query and as a term, or refused with places, in bounded time', () => {
    fc.assert(
      fc.property(sources, versions, (text, version) => {
        const began = performance.now();
        expect(oddErrors(() => parseQuery(text, { version }), text)).toEqual([]);
        expect(oddErrors(() => parseTerm(text, { version }), text)).toEqual([]);
        expect(performance.now() - began).toBeLessThan(PATIENCE);
      }),
    );
  });

  it('becomes tokens in the order of their places, with brackets in pairs', () => {
    fc.assert(
      fc.property(sources, versions, (text, version) => {
        const { kinds, lines, columns, gaps, partners } = lexRego('f.rego', text, version);
        expect([lines, columns, gaps, partners].map(({ length }) => length)).toEqual(
          Array.from({ length: 4 }, () => kinds.length),
        );
        expect(kinds.at(-1)).toBe('eof');
        expect(partners.every((partner, index) => partner === -1 || partner > index)).toBe(true);
        const places = lines.map((line, index) => line * 1e6 + (columns[index] ?? 0));
        expect(
          places.every((place, index) => index === 0 || place >= (places[index - 1] ?? 0)),
        ).toBe(true);
      }),
    );
  });
});
