import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import { NOTARY_BYTES, readNotaryDocument } from './notary-metadata.ts';
import { olpcBytes, parseOlpcJson } from './olpc-json.ts';

const LIMITS = { bytes: 1024 * 1024, depth: 64 };
const parse = (text: string): Json => parseOlpcJson(new TextEncoder().encode(text), LIMITS);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const printed = (text: string): string => new TextDecoder().decode(olpcBytes(parse(text)));

/** Any JSON that has a canonical form. */
function valueOf(): fc.Arbitrary<Json> {
  const tied = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  return tied.value;
}

/** Something in the shape of metadata, right or not. */
function documents(): fc.Arbitrary<Uint8Array> {
  const type = fc.constantFrom('Root', 'Targets', 'Snapshot', 'Timestamp');
  const signed = fc.record({ _type: type, version: valueOf(), expires: valueOf() });
  const signatures = fc.array(fc.record({ keyid: valueOf(), method: valueOf(), sig: valueOf() }));
  return fc.record({ signed, signatures }).map((one) => bytesOf(JSON.stringify(one)));
}

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'read';
  } catch (error) {
    return isAssayError(error) ? 'refused' : 'another error';
  }
}

describe('canonical JSON', () => {
  it.each([
    ['keys are sorted, blanks go', '{ "b": 1, "a": [ true, null ] }', '{"a":[true,null],"b":1}'],
    ['keys sort by their UTF-8', '{"\uFF5E":1,"\u{1F600}":2}', '{"\uFF5E":1,"\u{1F600}":2}'],
    ['only quote and backslash are escaped', String.raw`"\"\\\/\u00e9\n"`, '"\\"\\\\/é\n"'],
    ['a key of a prototype’s name is a key', '{"__proto__":1}', '{"__proto__":1}'],
    ['numbers in texts are texts', '{"a":"1.5e3"}', '{"a":"1.5e3"}'],
    ['negative integers', '[-12,0]', '[-12,0]'],
  ])('%s', (_fact, text, wanted) => {
    expect(printed(text)).toBe(wanted);
  });

  it.each([
    ['a fraction', '[1.5]'],
    ['a fraction of nought', '[1.0]'],
    ['an exponent', '[1e3]'],
    ['minus nought', '[-0]'],
    ['beyond 53 bits', '[9007199254740993]'],
    ['half a surrogate pair', String.raw`["\udc00"]`],
    ['a key twice', String.raw`{"a":1,"\u0061":2}`],
  ])('has no form of %s', (_fact, text) => {
    expect(() => olpcBytes(parse(text))).toThrow(/uncertain|twice/);
  });

  const value = valueOf();

  it('is the same however a value was printed, and reads back as the value', () => {
    fc.assert(
      fc.property(value, (one) => {
        const pretty = parse(JSON.stringify(one, null, 3));
        expect(olpcBytes(pretty)).toEqual(olpcBytes(parse(JSON.stringify(one))));
        expect(pretty).toEqual(one);
      }),
    );
  });

  it('differs for different values', () => {
    fc.assert(
      fc.property(value, value, (left, right) => {
        const same = Buffer.compare(olpcBytes(left), olpcBytes(right)) === 0;
        expect(same).toBe(isDeepStrictEqual(left, right));
      }),
    );
  });
});

describe('the reader of metadata', () => {
  it('answers any bytes with a document or a refusal of its own', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytesOf), documents()), (bytes) => {
        for (const role of Object.keys(NOTARY_BYTES) as (keyof typeof NOTARY_BYTES)[]) {
          expect(outcomeOf(() => readNotaryDocument(bytes, role))).not.toBe('another error');
        }
      }),
      { numRuns: 500 },
    );
  });
});
