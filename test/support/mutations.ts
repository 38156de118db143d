/** Good values made wrong in the ways that parsers stumble over. */
import fc from 'fast-check';
import type { Json } from '../../src/domain/json.ts';

/** Values that stand where others are wanted. */
const ODD: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  'A'.repeat(5000),
  '9223372036854775808',
  [],
  {},
  [null],
  [[[[]]]],
  { constructor: { prototype: 1 } },
  { '': '' },
];

const KEYS = ['__proto__', 'constructor', 'toString', '', 'name', 'kind', 'a.b', 'note_name', 'é'];

const odd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>);

/** One change to a value, somewhere inside it. */
type Change = (value: Json) => Json;

const change: fc.Arbitrary<Change> = fc
  .record({
    steps: fc.array(fc.nat(20), { maxLength: 6 }),
    how: fc.constantFrom('replace', 'remove', 'add', 'wrap'),
    value: odd,
    key: fc.constantFrom(...KEYS),
  })
  .map(({ steps, how, value, key }) => {
    const at: Record<typeof how, Change> = {
      replace: () => value,
      remove: (old) => removeFirst(old),
      add: (old) =>
        isMap(old) ? Object.fromEntries([...Object.entries(old), [key, value]]) : [old],
      wrap: (old) => ({ [key]: old }),
    };
    return (whole) => changeAt(whole, steps, at[how]);
  });

/** Text of a good value with some changes to it, to its text, or to its bytes. */
export function mutated(good: Json): fc.Arbitrary<Buffer> {
  const trees = fc
    .array(change, { maxLength: 4 })
    .map((changes) => changes.reduce((value, make) => make(value), good));
  const texts = trees.map((value) => Buffer.from(JSON.stringify(value) ?? ''));
  return fc.oneof(
    { weight: 6, arbitrary: texts },
    { weight: 3, arbitrary: texts.chain(mutatedBytes) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** Bytes with a few of them changed, left out or put in, or cut short. */
export function mutatedBytes(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(3),
    put: fc.uint8Array({ maxLength: 4 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((text, { at, cut, put }) => {
      const place = Math.floor(at * text.length);
      return Buffer.concat([text.subarray(0, place), put, text.subarray(place + cut)]);
    }, Buffer.from(bytes)),
  );
}

function changeAt(value: Json, [step = 0, ...rest]: readonly number[], make: Change): Json {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined || (rest.length === 0 && step % 2 === 0)) return make(value);
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === key ? changeAt(item, rest, make) : item));
  }
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, name === key ? changeAt(inner, rest, make) : inner]),
  );
}

function removeFirst(value: Json): Json {
  if (Array.isArray(value)) return value.slice(1);
  return isMap(value) ? Object.fromEntries(Object.entries(value).slice(1)) : null;
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
