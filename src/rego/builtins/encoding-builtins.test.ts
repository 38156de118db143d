import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';
import { jsonText, parseJsonValue } from '../model/json-text.ts';
import { formatValue } from '../model/value.ts';
import type { Value } from '../model/value.ts';

const ROWS: readonly (readonly [expression: string, wanted: string])[] = [
  ['base64.encode("é")', '"w6k="'],
  ['base64.decode("w6k=")', '"é"'],
  ['base64.decode("YQ=\\n=\\n")', '"a"'],
  ['count(base64.decode("77u/YQ=="))', '2'],
  ['base64.is_valid("YQ=")', 'false'],
  ['base64.is_valid(json.unmarshal("1"))', 'false'],
  ['base64url.encode("??>")', '"Pz8-"'],
  ['base64url.encode("?")', '"Pw=="'],
  ['base64url.encode_no_pad("??")', '"Pz8"'],
  ['base64url.decode("Pz8")', '"??"'],
  ['base64url.decode("Pw==")', '"?"'],
  ['hex.encode("a")', '"61"'],
  ['hex.decode("6A6a")', '"jj"'],
  ['hex.encode(base64.decode("/w=="))', '"ff"'],
  ['base64.encode(hex.decode("00ff80c3a9efbbbff0"))', '"AP+Aw6nvu7/w"'],
  ['count(hex.decode("ffc3a9ff"))', '3'],
  ['json.marshal(hex.decode("ff"))', '"\\"\ufffd\\""'],
  ['crypto.md5(hex.decode("ff"))', '"00594fd4f42ba43fc1ca0427a0576295"'],
  ['urlquery.encode("a b&c")', '"a+b%26c"'],
  ['urlquery.encode("é!*\'()~-_.")', '"%C3%A9%21%2A%27%28%29~-_."'],
  ['urlquery.encode(hex.decode("ff"))', '"%FF"'],
  ['urlquery.decode("a+b%26c%C3%A9")', '"a b&cé"'],
  ['urlquery.encode_object({"b": "1", "a": {"y", "x"}, "c": []})', '"a=x&a=y&b=1"'],
  [
    'urlquery.decode_object("a=1&a=2&b&=3&&c=d=e")',
    '{"": ["3"], "a": ["1", "2"], "b": [""], "c": ["d=e"]}',
  ],
  [
    'urlquery.decode_object("__proto__=1&constructor=2")',
    '{"__proto__": ["1"], "constructor": ["2"]}',
  ],
  ['json.unmarshal("[1, 1e2]")', '[1, 100]'],
  ['json.unmarshal("{\\"a\\": 1, \\"a\\": 2}")', '{"a": 2}'],
  ['json.unmarshal("\\"\\\\ud800x\\"")', '"\ufffdx"'],
  ['json.unmarshal("\\"\\\\\\\\ud800 \\\\ud83d\\\\ude00\\"")', '"\\\\ud800 😀"'],
  ['json.is_valid("{}")', 'true'],
  ['json.is_valid("{}x")', 'false'],
  ['json.is_valid(json.unmarshal("{}"))', 'false'],
  ['json.marshal({"b": {1}, "a": null})', '"{\\"a\\":null,\\"b\\":[1]}"'],
  [
    'json.marshal({1: "<", [2]: ">&"})',
    '"{\\"1\\":\\"\\\\u003c\\",\\"[2]\\":\\"\\\\u003e\\\\u0026\\"}"',
  ],
  ['json.marshal_with_options({"a": 1}, {})', '"{\\"a\\":1}"'],
  ['json.marshal_with_options([1, {}], {"indent": " ", "prefix": ">"})', '">[\\n> 1,\\n> {}\\n>]"'],
  ['json.marshal_with_options([1], {"pretty": true})', '"[\\n\\t1\\n]"'],
  ['json.marshal_with_options([1], {"pretty": false, "indent": " "})', '"[1]"'],
];

test.each(ROWS)('%s is %s', (expression, wanted) => {
  expect(regoAnswer(expression)).toBe(wanted);
});

const REFUSED: readonly (readonly [expression: string, problem: string])[] = [
  ['base64.decode("%")', 'base64.decode: illegal base64 data at input byte 0'],
  ['base64.decode("YWJ\\nj\\nZ")', 'illegal base64 data at input byte 6'],
  ['base64.decode("YQ")', 'illegal base64 data at input byte 0'],
  ['base64.decode("YQ=a")', 'illegal base64 data at input byte 2'],
  ['base64.decode("YQ==YQ==")', 'illegal base64 data at input byte 4'],
  ['base64.decode("=")', 'illegal base64 data at input byte 0'],
  ['base64.decode("YQ-_")', 'illegal base64 data at input byte 2'],
  ['base64url.decode("a")', 'illegal base64url string: a'],
  ['hex.decode("6")', 'encoding/hex: odd length hex string'],
  ['hex.decode("é0")', "encoding/hex: invalid byte: U+00C3 'Ã'"],
  ['urlquery.decode("a%zz")', 'invalid URL escape "%zz"'],
  ['urlquery.decode_object("a=1;b=2")', 'invalid semicolon separator in query'],
  [
    'urlquery.encode_object(json.unmarshal(`{"a": 1}`))',
    'values must be string, array[string], or set[string]',
  ],
  ['json.unmarshal("{")', 'eval_builtin_error'],
  ['json.marshal_with_options(1, {"x": 1})', 'operand 2 object contained unknown key x'],
  [
    'json.marshal_with_options(1, json.unmarshal(`{"pretty": 1}`))',
    'operand 2 key pretty failed cast to bool',
  ],
  [
    'json.marshal_with_options(1, json.unmarshal(`{"indent": 1}`))',
    'key indent failed cast to string',
  ],
];

test.each(REFUSED)('%s fails: %s', (expression, problem) => {
  expect(regoAnswer(expression)).toMatch(/^eval_\w+: /);
  expect(regoAnswer(expression)).toContain(problem);
});

describe('round trips', () => {
  const texts = fc.string({ unit: 'grapheme' });
  const pairs = [
    ['base64.encode', 'base64.decode'],
    ['base64url.encode', 'base64url.decode'],
    ['base64url.encode_no_pad', 'base64url.decode'],
    ['hex.encode', 'hex.decode'],
    ['urlquery.encode', 'urlquery.decode'],
    ['json.marshal', 'json.unmarshal'],
    ['yaml.marshal', 'yaml.unmarshal'],
  ];

  test.each(pairs)('%s and %s give a text back', (encode, decode) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(regoValue(`${decode}(${encode}(input))`, text)).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  test('bytes that are no characters come back from base64 as they went in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        expect(regoValue('hex.encode(base64.decode(base64.encode(hex.decode(input))))', hex)).toBe(
          hex,
        );
      }),
      { numRuns: 200 },
    );
  });

  test.each(['json', 'yaml'])('%s gives any value of JSON back', (name) => {
    const expression = `${name}.unmarshal(${name}.marshal(input))`;
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (json) => {
        const value: Value = parseJsonValue(JSON.stringify(json));
        expect(formatValue(regoValue(expression, value) as Value)).toBe(formatValue(value));
      }),
      { numRuns: 150 },
    );
  });

  test('json.marshal writes what JSON.stringify writes, but for keys in order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const value = parseJsonValue(JSON.stringify(json));
        expect(JSON.parse(regoValue('json.marshal(input)', value) as string)).toEqual(
          JSON.parse(jsonText(value)),
        );
      }),
      { numRuns: 100 },
    );
  });
});
