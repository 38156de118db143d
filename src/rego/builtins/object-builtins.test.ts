import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';
import { formatValue } from '../model/value.ts';
import type { Value } from '../model/value.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['object.get({"a": {"b": 1}}, ["a", "b"], 0)', '1'],
  ['object.get({"a": [{"b": 1}]}, ["a", 0, "b"], 0)', '1'],
  ['object.get({"a": {"b"}}, ["a", "b"], 0)', '"b"'],
  ['object.get({"a": 1}, "x", 0)', '0'],
  ['object.get({"a": 1}, [], 0)', '{"a": 1}'],
  ['object.get({"a": 1}, "constructor", 0)', '0'],
  ['object.get({"__proto__": 1}, "__proto__", 0)', '1'],
  ['object.keys({"a": 1, 2: 3})', '{2, "a"}'],
  ['object.remove({"a": 1, "b": 2}, ["a"])', '{"b": 2}'],
  ['object.remove({"a": 1, 2: 3}, {2: "x"})', '{"a": 1}'],
  ['object.filter({"a": 1, "b": 2}, {"a"})', '{"a": 1}'],
  ['object.filter({"__proto__": 1, "a": 2}, ["__proto__"])', '{"__proto__": 1}'],
  ['object.union({"a": {"x": 1}}, {"a": {"y": 2}})', '{"a": {"x": 1, "y": 2}}'],
  ['object.union({"a": {"x": 1}}, {"a": 2})', '{"a": 2}'],
  [
    'object.union({"__proto__": {"x": 1}}, {"__proto__": {"y": 2}})',
    '{"__proto__": {"x": 1, "y": 2}}',
  ],
  ['object.union_n([{"a": 1}, {"a": 2}])', '{"a": 2}'],
  ['object.union_n([{"a": {"b": 2}}, {"a": 4}, {"a": {"c": 3}}])', '{"a": {"c": 3}}'],
  ['object.union_n([])', '{}'],
  ['object.subset({"a": [1, 2]}, {"a": [1, 2]})', 'true'],
  ['object.subset([1, 2, 3], [2, 3])', 'true'],
  ['object.subset([1, 2, 3], [1, 3])', 'false'],
  ['object.subset([1, 2, 3], {3, 1})', 'true'],
  ['object.subset({1, 2}, {2})', 'true'],
  ['object.subset({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}})', 'true'],
  ['json.filter({"a": {"b": 1, "c": 2}}, ["a/b"])', '{"a": {"b": 1}}'],
  ['json.filter({"a": {"b": 1}}, ["a", "a/b/c"])', '{"a": {"b": 1}}'],
  ['json.filter({"a": [1, 2, 3]}, ["a/0", "a/2"])', '{"a": [1, 3]}'],
  ['json.filter({"a": [1, 2]}, [["a", 0]])', '{"a": []}'],
  ['json.filter({"a": {"x", "y"}}, ["a/x"])', '{"a": {"x"}}'],
  ['json.filter({"a/b": 1, "c~d": 2}, ["a~1b", "/c~0d"])', '{"a/b": 1, "c~d": 2}'],
  ['json.filter({"a": 1}, [])', '{}'],
  ['json.filter({"a": {[1]: {"b": 2, "c": 3}}}, [["a", [1], "b"]])', '{"a": {[1]: {"b": 2}}}'],
  ['json.remove({"a": {"b": 1, "c": 2}}, ["a/b"])', '{"a": {"c": 2}}'],
  ['json.remove({"a": [1, 2, 3]}, ["a/0", "a/2"])', '{"a": [2]}'],
  ['json.remove({"a": [1, 2]}, [["a", 0]])', '{"a": [1, 2]}'],
  ['json.remove({"a": {"x", "y"}}, {"a/x"})', '{"a": {"y"}}'],
  ['json.remove({"a": 1}, ["b/c", "a/x"])', '{"a": 1}'],
  ['json.patch({"a": 1}, [{"op": "add", "path": "b", "value": 2}])', '{"a": 1, "b": 2}'],
  ['json.patch([1], [{"op": "add", "path": "/-", "value": 2}])', '[1, 2]'],
  ['json.patch([1, 2], [{"op": "add", "path": "/1", "value": 3}])', '[1, 3, 2]'],
  ['json.patch({"a": {"b"}}, [{"op": "add", "path": "a/c", "value": "c"}])', '{"a": {"b", "c"}}'],
  ['json.patch({"a/b": 1}, [{"op": "replace", "path": "/a~1b", "value": 2}])', '{"a/b": 2}'],
  [
    'json.patch({"a": [1, 2]}, [{"op": "move", "from": "/a/0", "path": "/b"}])',
    '{"a": [2], "b": 1}',
  ],
  ['json.patch({"a": 1}, [{"op": "copy", "from": "/a", "path": "/b"}])', '{"a": 1, "b": 1}'],
  [
    'json.patch({}, [{"op": "add", "path": "/__proto__", "value": {"z": 1}}])',
    '{"__proto__": {"z": 1}}',
  ],
  ['json.patch({"a": {"b"}}, [{"op": "replace", "path": "a/b", "value": "b"}])', '{"a": {"b"}}'],
  [
    'json.patch({{"a": 1}}, [{"op": "add", "path": [{"a": 1}, "b"], "value": 2}])',
    '{{"a": 1, "b": 2}}',
  ],
  ['json.patch(1, [{"op": "replace", "path": "", "value": {"a": 2}}])', '{"a": 2}'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

/** A patch that cannot be applied is undefined, also under strict errors. */
const UNDEFINED: readonly string[] = [
  '[{"op": "test", "path": "/a", "value": 2}]',
  '[{"op": "remove", "path": "/x"}]',
  '[{"op": "replace", "path": "/x", "value": 1}]',
  '[{"op": "add", "path": "/x/y", "value": 1}]',
  '[{"op": "add", "path": "/l/3", "value": 1}]',
  '[{"op": "add", "path": "/l/01", "value": 1}]',
  '[{"op": "remove", "path": "/l/2"}]',
  '[{"op": "copy", "from": "/x", "path": "/y"}]',
  '[{"op": "add", "path": "/s/b", "value": "c"}]',
  '[{"op": "replace", "path": "/s/b", "value": "c"}]',
  '[{"op": "replace", "path": "/l/-", "value": 1}]',
  '[{"op": "move", "from": "/o", "path": "/o/p"}]',
  '[{"op": "frobnicate", "path": "/a"}]',
  '[{"op": "__proto__", "path": "/a"}]',
  '[{"op": "add", "path": "/a"}]',
  '[{"path": "/a", "value": 1}]',
  '[{"op": "add", "path": 1, "value": 1}]',
  '[1]',
];

test.each(UNDEFINED)('the patch %s is undefined', (patch) => {
  const document = '{"a": 1, "l": [1, 2], "o": {"p": 1}, "s": {"b"}}';
  expect(regoAnswer(`json.patch(${document}, json.unmarshal(input))`, patch)).toBe('undefined');
});

describe('laws', () => {
  const keys = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'x/y', '0');
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom<Value>(null, true, 'x'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map(toObject),
    ),
  }));
  const objects = fc.array(fc.tuple(keys, value), { maxLength: 4 }).map(toObject);

  function toObject(pairs: readonly (readonly [string, Value])[]): Value {
    const text = pairs.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`);
    return JSON.parse(`{${text.join(',')}}`) as Value;
  }

  function asked(expression: string, input: Value): string {
    return formatValue(regoValue(expression, input) as Value);
  }

  test('union_n is the union of one after the other', () => {
    fc.assert(
      fc.property(objects, objects, objects, (a, b, c) => {
        const wanted = asked('object.union(object.union(input[0], input[1]), input[2])', [a, b, c]);
        expect(asked('object.union_n(input)', [a, b, c])).toBe(wanted);
      }),
      { numRuns: 100 },
    );
  });

  test('a union has its second as a subset, but for lists, and is its own union', () => {
    fc.assert(
      fc.property(objects, objects, (a, b) => {
        const union = 'object.union(input[0], input[1])';
        expect(asked(`object.subset(${union}, input[1])`, [a, b])).toBe('true');
        expect(asked(`object.union(${union}, input[1])`, [a, b])).toBe(asked(union, [a, b]));
      }),
      { numRuns: 100 },
    );
  });

  test('filter and remove part an object in two', () => {
    fc.assert(
      fc.property(objects, fc.array(keys, { maxLength: 3 }), (object, names) => {
        const input = [object, names];
        const parts =
          'object.union(object.filter(input[0], input[1]), object.remove(input[0], input[1]))';
        expect(asked(parts, input)).toBe(formatValue(object));
      }),
      { numRuns: 100 },
    );
  });

  test('json.patch adds, replaces and removes as a plain reading of RFC 6902 does', () => {
    const operations = fc.record({
      op: fc.constantFrom('add', 'replace', 'remove'),
      path: fc.array(fc.constantFrom('a', 'b', '0', '1', '-'), { minLength: 1, maxLength: 3 }),
      value: fc.integer({ min: 4, max: 6 }),
    });
    fc.assert(
      fc.property(objects, fc.array(operations, { maxLength: 3 }), (document, list) => {
        const patch = list.map(({ op, path, value: item }) => ({
          op,
          path: `/${path.join('/')}`,
          value: item,
        }));
        const wanted = naive(document, list);
        const found = regoValue('json.patch(input[0], input[1])', [document, patch as never]);
        expect(found === undefined ? undefined : formatValue(found)).toBe(
          wanted === undefined ? undefined : formatValue(wanted),
        );
      }),
      { numRuns: 300 },
    );
  });

  interface Step {
    readonly op: string;
    readonly path: readonly string[];
    readonly value: number;
  }

  /** Works on a copy; undefined where a step cannot be taken. */
  function naive(document: Value, steps: readonly Step[]): Value | undefined {
    const holder = { root: structuredClone(document) as unknown };
    for (const { op, path, value: item } of steps) {
      let parent: unknown = holder.root;
      for (const key of path.slice(0, -1)) parent = child(parent, key);
      if (!apply(parent, path.at(-1) ?? '', { op, item })) return undefined;
    }
    return holder.root as Value;
  }

  function child(parent: unknown, key: string): unknown {
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key))
      return undefined;
    return Array.isArray(parent) && key === 'length' ? undefined : (parent as never)[key];
  }

  function apply(
    parent: unknown,
    key: string,
    { op, item }: { op: string; item: number },
  ): boolean {
    if (typeof parent !== 'object' || parent === null) return false;
    if (op !== 'add' && child(parent, key) === undefined) return false;
    if (Array.isArray(parent)) return applyToList(parent, key, { op, item });
    if (op === 'remove') Reflect.deleteProperty(parent, key);
    else Reflect.set(parent, key, item);
    return true;
  }

  function applyToList(
    list: unknown[],
    key: string,
    { op, item }: { op: string; item: number },
  ): boolean {
    const index = key === '-' && op === 'add' ? list.length : Number(key);
    if (!(index >= 0 && index <= list.length)) return false;
    if (op === 'add') list.splice(index, 0, item);
    else if (op === 'replace') list[index] = item;
    else list.splice(index, 1);
    return true;
  }
});
