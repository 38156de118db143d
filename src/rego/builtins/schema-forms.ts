/** The form that a keyword of a schema must have, with gojsonschema's words for a wrong one. */
import { compareNumbers, isRegoNumber, isWhole } from '../model/number.ts';
import { isArrayValue, isObjectValue, typeOf, valueAt } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';

/** The types that a schema may name, in the order in which messages list them. */
export const SCHEMA_TYPES: readonly string[] = [
  'array',
  'boolean',
  'integer',
  'number',
  'null',
  'object',
  'string',
];

/** What is wrong with a keyword's value; undefined where nothing is. */
type Form = (rule: Value, keyword: string, schema: ObjectValue) => string | undefined;

function expected(wanted: string, given: string): string {
  return `Invalid type. Expected: ${wanted}, given: ${given}`;
}

const isSchema = (rule: Value): boolean => typeof rule === 'boolean' || isObjectValue(rule);

const TEXT: Form = (rule, keyword) =>
  typeof rule === 'string' ? undefined : expected('string', keyword);

const ONE: Form = (rule, keyword) => (isSchema(rule) ? undefined : expected('schema', keyword));

const BOOLEAN_OR_ONE: Form = (rule, keyword) =>
  isSchema(rule) ? undefined : expected('boolean/schema', keyword);

const LIST: Form = (rule, keyword) => {
  const isList = isArrayValue(rule) && rule.every(isSchema);
  return isList ? undefined : expected('array of schemas', keyword);
};

const ITEMS: Form = (rule, keyword) => {
  const isRight = isSchema(rule) || (isArrayValue(rule) && rule.every(isSchema));
  return isRight ? undefined : expected('schema/array of schemas', keyword);
};

const MAP: Form = (rule, keyword) =>
  isObjectValue(rule) ? undefined : expected('array of schemas', keyword);

const COUNT: Form = (rule, keyword) => {
  if (!isRegoNumber(rule) || !isWhole(rule)) return `${keyword} must be of an integer`;
  return rule < 0 ? `${keyword} must be greater than or equal to 0` : undefined;
};

const NUMBER: Form = (rule, keyword) =>
  isRegoNumber(rule) ? undefined : `${keyword} must be of a number`;

const FACTOR: Form = (rule, keyword) => {
  if (!isRegoNumber(rule)) return expected('number', keyword);
  return compareNumbers(rule, 0) > 0 ? undefined : `${keyword} must be strictly greater than 0`;
};

/** A number, or in draft 4 what is said of the bound beside it. */
function exclusive(bound: string): Form {
  return (rule, keyword, schema) => {
    if (isRegoNumber(rule)) return undefined;
    if (typeof rule !== 'boolean') return expected('boolean/number', keyword);
    const isBeside = valueAt(schema, bound) !== undefined;
    return isBeside ? undefined : `${keyword} cannot be used without ${bound}`;
  };
}

function notAbove(bound: string): Form {
  return (rule, keyword, schema) => {
    const wrong = COUNT(rule, keyword, schema);
    const other = valueAt(schema, bound);
    if (wrong !== undefined || !isRegoNumber(other) || !isRegoNumber(rule)) return wrong;
    return compareNumbers(rule, other) > 0
      ? `${keyword} cannot be greater than ${bound}`
      : undefined;
  };
}

const TYPE: Form = (rule, keyword) => {
  const names = isArrayValue(rule) ? rule : [rule];
  if (names.some((name) => typeof name !== 'string')) {
    return expected(keyword, 'string/array of strings');
  }
  const wrong = names.find((name) => !SCHEMA_TYPES.includes(name as string));
  const again = names.find((name, index) => names.indexOf(name) !== index);
  if (wrong !== undefined) {
    const list = `Expected valid values are:[${SCHEMA_TYPES.join(' ')}]`;
    return `has a primitive type that is NOT VALID -- given: /${wrong as string}/ ${list}`;
  }
  return again === undefined ? undefined : `${again as string} type is duplicated`;
};

const REQUIRED: Form = (rule, keyword) => {
  if (!isArrayValue(rule)) return expected('array', keyword);
  return rule.every((name) => typeof name === 'string')
    ? undefined
    : `${keyword} items must be string`;
};

const UNIQUE: Form = (rule, keyword) =>
  typeof rule === 'boolean' ? undefined : `${keyword} must be of a boolean`;

const DEPENDENCIES: Form = (rule, keyword) => {
  if (!isObjectValue(rule)) return expected('object', keyword);
  return undefined;
};

/** The forms, in the order in which they are checked. */
export const FORMS: readonly (readonly [keyword: string, form: Form])[] = [
  ['definitions', MAP],
  ['title', TEXT],
  ['description', TEXT],
  ['$ref', TEXT],
  ['type', TYPE],
  ['properties', MAP],
  ['additionalProperties', BOOLEAN_OR_ONE],
  ['patternProperties', MAP],
  ['propertyNames', ONE],
  ['dependencies', DEPENDENCIES],
  ['items', ITEMS],
  ['additionalItems', BOOLEAN_OR_ONE],
  ['multipleOf', FACTOR],
  ['minimum', NUMBER],
  ['exclusiveMinimum', exclusive('minimum')],
  ['maximum', NUMBER],
  ['exclusiveMaximum', exclusive('maximum')],
  ['minLength', notAbove('maxLength')],
  ['maxLength', COUNT],
  ['pattern', TEXT],
  ['format', TEXT],
  ['minProperties', notAbove('maxProperties')],
  ['maxProperties', COUNT],
  ['required', REQUIRED],
  ['minItems', COUNT],
  ['maxItems', COUNT],
  ['uniqueItems', UNIQUE],
  ['contains', ONE],
  ['oneOf', LIST],
  ['anyOf', LIST],
  ['allOf', LIST],
  ['not', ONE],
  ['if', ONE],
  ['then', ONE],
  ['else', ONE],
];

/** What is wrong with the form of a schema by itself; undefined where nothing is. */
export function formProblem(schema: ObjectValue): string | undefined {
  for (const [keyword, form] of FORMS) {
    const rule = valueAt(schema, keyword);
    const problem = rule === undefined ? undefined : form(rule, keyword, schema);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What a schema must be, for one that is neither an object nor a boolean. */
export function noSchema(value: Value): string {
  return `Expected: schema, given: Invalid JSON (${typeOf(value)})`;
}
