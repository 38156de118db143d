import { describe, expect, test } from 'vitest';
import { SMALL_LIMITS, regoAnswer, regoValue } from '../../../test/support/call-builtin.ts';
import type { Value } from '../model/value.ts';

/** The errors of a match, each as `type field: description`. */
function errors(document: string, schema: string): string[] {
  const call = 'json.match_schema(input[0], input[1])';
  const [isMatch, list] = regoValue(call, [document, schema]) as [
    boolean,
    readonly Readonly<Record<string, string>>[],
  ];
  expect(isMatch).toBe(list.length === 0);
  expect(list.every(({ error, field, desc }) => error === `${field}: ${desc}`)).toBe(true);
  return list.map(({ type, error }) => `${type} ${error}`);
}

const ROWS: readonly (readonly [document: string, schema: string, wanted: string[]])[] = [
  ['{"a": 1}', '{"properties": {"a": {"type": "integer"}}}', []],
  ['{"a": 1.0}', '{"properties": {"a": {"type": "integer"}}}', []],
  [
    '{"a": "x"}',
    '{"properties": {"a": {"type": "integer"}}}',
    ['invalid_type a: Invalid type. Expected: integer, given: string'],
  ],
  [
    '{"a": 1.5}',
    '{"properties": {"a": {"type": ["integer", "string"]}}}',
    ['invalid_type a: Invalid type. Expected: [integer,string], given: number'],
  ],
  [
    '{"a": "x"}',
    '{"properties": {"a": {"type": "integer", "enum": [1], "const": 1}}}',
    ['invalid_type a: Invalid type. Expected: integer, given: string'],
  ],
  [
    '{}',
    '{"required": ["a", "b"]}',
    ['required (root): a is required', 'required (root): b is required'],
  ],
  [
    '{"a": {"b": {}}}',
    '{"properties": {"a": {"properties": {"b": {"required": ["c"]}}}}}',
    ['required a.b: c is required'],
  ],
  [
    '[1, "x"]',
    '{"items": {"type": "number"}}',
    ['invalid_type 1: Invalid type. Expected: number, given: string'],
  ],
  [
    '[1, "x", 2, 3]',
    '{"items": [{}, {"type": "number"}], "additionalItems": false}',
    [
      'invalid_type 1: Invalid type. Expected: number, given: string',
      'array_no_additional_items (root): No additional items allowed on array',
    ],
  ],
  [
    '[1, "x"]',
    '{"items": [{}], "additionalItems": {"type": "number"}}',
    ['invalid_type 1: Invalid type. Expected: number, given: string'],
  ],
  ['[1, 2, 1]', '{"uniqueItems": true}', ['unique (root): array items[0,2] must be unique']],
  ['[1]', '{"minItems": 2}', ['array_min_items (root): Array must have at least 2 items']],
  ['[1]', '{"maxItems": 0}', ['array_max_items (root): Array must have at most 0 items']],
  [
    '[1]',
    '{"contains": {"type": "string"}}',
    [
      'contains (root): At least one of the items must match',
      'invalid_type 0: Invalid type. Expected: string, given: integer',
    ],
  ],
  [
    '{"a": 3}',
    '{"properties": {"a": {"multipleOf": 2, "maximum": 2, "minimum": 4}}}',
    [
      'multiple_of a: Must be a multiple of 2',
      'number_lte a: Must be less than or equal to 2',
      'number_gte a: Must be greater than or equal to 4',
    ],
  ],
  [
    '{"a": 3}',
    '{"properties": {"a": {"exclusiveMaximum": 3, "minimum": 3, "exclusiveMinimum": true}}}',
    [
      'number_lt a: Must be less than 3',
      'number_gt a: Must be greater than 3',
      'number_gt a: Must be greater than 3',
    ].slice(0, 2),
  ],
  ['{"a": 0.3}', '{"properties": {"a": {"multipleOf": 0.1}}}', []],
  [
    '{"a": "é"}',
    '{"properties": {"a": {"minLength": 2, "maxLength": 0, "pattern": "^x"}}}'.replace(
      '"maxLength": 0, ',
      '',
    ),
    [
      'string_gte a: String length must be greater than or equal to 2',
      "pattern a: Does not match pattern '^x'",
    ],
  ],
  [
    '{"a": "x"}',
    '{"properties": {"a": {"format": "ipv4"}}}',
    ["format a: Does not match format 'ipv4'"],
  ],
  [
    '{"a": 2}',
    '{"properties": {"a": {"enum": [1, {"b": "<"}]}}}',
    ['enum a: a must be one of the following: 1, {"b":"\\u003c"}'],
  ],
  [
    '{"a": 2}',
    '{"properties": {"a": {"enum": []}}}',
    ['enum a: a must be one of the following: (none)'],
  ],
  ['{"a": 2}', '{"properties": {"a": {"const": [1, 2]}}}', ['const a: a does not match: [1,2]']],
  [
    '{"a": 1, "b": 2}',
    '{"properties": {"a": {}}, "additionalProperties": false}',
    ['additional_property_not_allowed (root): Additional property b is not allowed'],
  ],
  [
    '{"a": 1, "b": 2}',
    '{"properties": {"a": {}}, "additionalProperties": {"type": "string"}}',
    ['invalid_type b: Invalid type. Expected: string, given: integer'],
  ],
  [
    '{"ab": 1}',
    '{"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": false}',
    ['invalid_type ab: Invalid type. Expected: string, given: integer'],
  ],
  [
    '{"ab": 1}',
    '{"propertyNames": {"maxLength": 1}}',
    [
      'invalid_property_name (root): Property name of "ab" does not match',
      'string_lte (root): String length must be less than or equal to 1',
    ],
  ],
  [
    '{"a": 1}',
    '{"minProperties": 2, "dependencies": {"a": ["b"]}}',
    [
      'missing_dependency (root): Has a dependency on b',
      'array_min_properties (root): Must have at least 2 properties',
    ],
  ],
  [
    '{"a": 1}',
    '{"anyOf": [{"type": "string"}, {"required": ["a", "b"]}]}',
    [
      'number_any_of (root): Must validate at least one schema (anyOf)',
      'required (root): b is required',
    ],
  ],
  [
    '{"a": 1}',
    '{"oneOf": [{}, {"required": ["a"]}]}',
    ['number_one_of (root): Must validate one and only one schema (oneOf)'],
  ],
  [
    '{"a": 1}',
    '{"allOf": [{}, {"required": ["b"]}]}',
    [
      'required (root): b is required',
      'number_all_of (root): Must validate all the schemas (allOf)',
    ],
  ],
  ['{"a": 1}', '{"not": {}}', ['number_not (root): Must not validate the schema (not)']],
  [
    '{"a": 1}',
    '{"if": {"required": ["a"]}, "then": {"required": ["b"]}}',
    [
      'condition_then (root): Must validate "then" as "if" was valid',
      'required (root): b is required',
    ],
  ],
  ['{"a": 1}', '{"properties": {"a": false}}', ['false a: False always fails validation']],
  [
    '{"a": {"a": {"a": 1}}}',
    '{"type": "object", "properties": {"a": {"$ref": "#"}}}',
    ['invalid_type a.a.a: Invalid type. Expected: object, given: integer'],
  ],
  [
    '{"__proto__": 1}',
    '{"properties": {"__proto__": {"type": "string"}}}',
    ['invalid_type __proto__: Invalid type. Expected: string, given: integer'],
  ],
];

test.each(ROWS)('%s against %s', (document, schema, wanted) => {
  expect(errors(document, schema)).toEqual(wanted);
});

const WRONG: readonly (readonly [schema: string, problem: string])[] = [
  [
    '{"type": "x"}',
    'has a primitive type that is NOT VALID -- given: /x/ Expected valid values are:[array boolean integer number null object string]',
  ],
  ['{"type": 1}', 'Invalid type. Expected: type, given: string/array of strings'],
  ['{"type": ["null", "null"]}', 'null type is duplicated'],
  ['{"properties": {"a": {"type": "x"}}}', 'given: /x/'],
  ['{"properties": {"a": 1}}', 'Expected: schema'],
  ['{"items": 1}', 'Invalid type. Expected: schema/array of schemas, given: items'],
  ['{"anyOf": {}}', 'Invalid type. Expected: array of schemas, given: anyOf'],
  ['{"minLength": -1}', 'minLength must be greater than or equal to 0'],
  ['{"minLength": 1.5}', 'minLength must be of an integer'],
  ['{"minLength": 2, "maxLength": 1}', 'minLength cannot be greater than maxLength'],
  ['{"multipleOf": 0}', 'multipleOf must be strictly greater than 0'],
  ['{"exclusiveMinimum": true}', 'exclusiveMinimum cannot be used without minimum'],
  ['{"pattern": "("}', 'pattern must be a valid regex'],
  ['{"patternProperties": {"(": {}}}', "Invalid regex pattern '('"],
  ['{"required": "a"}', 'Invalid type. Expected: array, given: required'],
  ['{"$ref": "#/definitions/x"}', 'leads nowhere'],
  ['{', 'invalid JSON string'],
];

test.each(WRONG)('%s is no schema: %s', (schema, problem) => {
  const [isValid, message] = regoValue('json.verify_schema(input)', schema) as [boolean, string];
  expect([isValid, message.startsWith('jsonschema: ')]).toEqual([false, true]);
  expect(message).toContain(problem);
  expect(regoAnswer('json.match_schema({}, input)', schema)).toContain(`json.match_schema: `);
});

test('a schema that is right has no message', () => {
  expect(regoAnswer('json.verify_schema({"type": "object"})')).toBe('[true, null]');
  expect(regoAnswer('json.verify_schema("true")')).toBe('[true, null]');
});

describe('attacks', () => {
  const refs = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `d${at}`,
      { anyOf: [1, 2].map(() => ({ allOf: [{ $ref: `#/definitions/d${at + 1}` }, { not: {} }] })) },
    ]),
  );
  const rows: readonly (readonly [attack: string, schema: Value, wanted: RegExp])[] = [
    [
      'a reference over the network',
      { $ref: 'http://127.0.0.1:1/x' },
      /remote reference .* is not followed/,
    ],
    [
      'a reference to a file',
      { $ref: 'file:///etc/passwd' },
      /remote reference .* is not followed/,
    ],
    ['a schema that is itself', { $ref: '#' }, /applied deeper than 256/],
    [
      'a schema that is itself twice',
      { allOf: [{ $ref: '#' }, { $ref: '#' }] },
      /applied deeper than 256/,
    ],
    [
      'references that double forty times',
      { definitions: { ...refs, d40: {} }, $ref: '#/definitions/d0' } as unknown as Value,
      /^eval_limit_error/,
    ],
    [
      'a pattern that would backtrack for ever',
      { properties: { a: { pattern: '(a+)+$' } } },
      /^\[false/,
    ],
    [
      'five thousand patterns over five thousand names',
      {
        patternProperties: Object.fromEntries(
          Array.from({ length: 5000 }, (_, at) => [`^k${at}$`, {}]),
        ),
      },
      /^eval_limit_error/,
    ],
  ];

  test.each(rows)('%s', (_, schema, wanted) => {
    const names = Object.fromEntries(Array.from({ length: 5000 }, (__, at) => [`k${at}`, at]));
    const document = { ...names, a: `${'a'.repeat(500)}b` };
    expect(
      regoAnswer('json.match_schema(input[0], input[1])', [document, schema], SMALL_LIMITS),
    ).toMatch(wanted);
  });
});
