/** What a keyword of JSON Schema asks of a value by itself: a table in gojsonschema's order. */
import { compareNumbers, decimalOf, isRegoNumber, toDouble } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { RegoSet, equalValues, keyOf, sizeOf, valueAt } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { goJson } from './encoding-builtins.ts';
import { formatGoFloat } from './go-float.ts';
import { listOf, plain } from './json-schema.ts';
import type { SchemaHere } from './json-schema.ts';
import { isOfFormat } from './schema-formats.ts';

/** One problem: its type and its words. */
export type Found = readonly [type: string, description: string];
/** Asks a value for what a keyword wants; nothing where it is met. */
export type Check<T> = (value: T, rule: Value, here: SchemaHere) => readonly Found[];
type Checks<T> = readonly (readonly [keyword: string, check: Check<T>])[];
type List = readonly Value[];

function when(isBroken: boolean, type: string, description: string): readonly Found[] {
  return isBroken ? [[type, description]] : [];
}

/** Of any value. */
export const COMMON_CHECKS: Checks<Value> = [
  [
    'const',
    (value, rule, here) =>
      when(!equalValues(value, rule), 'const', `${fieldOf(here)} does not match: ${goJson(rule)}`),
  ],
  ['enum', checkEnum],
  [
    'format',
    (value, rule) =>
      when(
        typeof value === 'string' && !isOfFormat(plain(rule), value),
        'format',
        `Does not match format '${plain(rule)}'`,
      ),
  ],
];

function checkEnum(value: Value, rule: Value, here: SchemaHere): readonly Found[] {
  const allowed = listOf(rule);
  const isAllowed = allowed.some((item) => equalValues(item, value));
  const shown = allowed.length === 0 ? '(none)' : allowed.map(goJson).join(', ');
  return when(!isAllowed, 'enum', `${fieldOf(here)} must be one of the following: ${shown}`);
}

function fieldOf({ path }: SchemaHere): string {
  return path.join('.') || '(root)';
}

/** Of texts. */
export const STRING_CHECKS: Checks<string> = [
  [
    'minLength',
    (value, rule) =>
      when(
        lengthOf(value) < Number(rule),
        'string_gte',
        `String length must be greater than or equal to ${plain(rule)}`,
      ),
  ],
  [
    'maxLength',
    (value, rule) =>
      when(
        lengthOf(value) > Number(rule),
        'string_lte',
        `String length must be less than or equal to ${plain(rule)}`,
      ),
  ],
  [
    'pattern',
    (value, rule, { run }) =>
      when(!run.isMatch(plain(rule), value), 'pattern', `Does not match pattern '${plain(rule)}'`),
  ],
];

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Of numbers. */
export const NUMBER_CHECKS: Checks<RegoNumber> = [
  [
    'multipleOf',
    (value, rule) =>
      when(!isMultiple(value, rule), 'multiple_of', `Must be a multiple of ${shown(rule)}`),
  ],
  ['maximum', (value, rule, { schema }) => upper(value, rule, isOpen(schema, 'exclusiveMaximum'))],
  ['exclusiveMaximum', (value, rule) => upper(value, rule, true)],
  ['minimum', (value, rule, { schema }) => lower(value, rule, isOpen(schema, 'exclusiveMinimum'))],
  ['exclusiveMinimum', (value, rule) => lower(value, rule, true)],
];

/** Draft 4 says of a bound with a second keyword that it is not reached. */
function isOpen(schema: ObjectValue, keyword: string): boolean {
  return valueAt(schema, keyword) === true;
}

function upper(value: RegoNumber, rule: Value, isOpenBound: boolean): readonly Found[] {
  if (!isRegoNumber(rule)) return [];
  const order = compareNumbers(value, rule);
  if (isOpenBound) return when(order >= 0, 'number_lt', `Must be less than ${shown(rule)}`);
  return when(order > 0, 'number_lte', `Must be less than or equal to ${shown(rule)}`);
}

function lower(value: RegoNumber, rule: Value, isOpenBound: boolean): readonly Found[] {
  if (!isRegoNumber(rule)) return [];
  const order = compareNumbers(value, rule);
  if (isOpenBound) return when(order <= 0, 'number_gt', `Must be greater than ${shown(rule)}`);
  return when(order < 0, 'number_gte', `Must be greater than or equal to ${shown(rule)}`);
}

/** Ten digits, as Go prints a big float. */
function shown(rule: Value): string {
  if (!isRegoNumber(rule)) return plain(rule);
  const double = toDouble(decimalOf(rule));
  return (double < 0 ? '-' : '') + formatGoFloat(Math.abs(double), 'g', 10);
}

/** Exactly: both numbers over the same power of ten. */
function isMultiple(value: RegoNumber, rule: Value): boolean {
  if (!isRegoNumber(rule) || rule === 0) return true;
  const [a, b] = [decimalOf(value), decimalOf(rule)];
  const shared = Math.min(a.exponent, b.exponent);
  const [x = 0n, y = 1n] = [a, b].map((n) => n.coefficient * 10n ** BigInt(n.exponent - shared));
  return x % y === 0n;
}

/** Of arrays, beside their items. */
export const ARRAY_CHECKS: Checks<List> = [
  [
    'minItems',
    (value, rule) =>
      when(
        value.length < Number(rule),
        'array_min_items',
        `Array must have at least ${plain(rule)} items`,
      ),
  ],
  [
    'maxItems',
    (value, rule) =>
      when(
        value.length > Number(rule),
        'array_max_items',
        `Array must have at most ${plain(rule)} items`,
      ),
  ],
  ['uniqueItems', (value, rule) => (rule === true ? repeated(value) : [])],
];

function repeated(list: List): readonly Found[] {
  if (RegoSet.of(list).size === list.length) return [];
  const places = new Map<unknown, number>();
  return list.flatMap((item, index): readonly Found[] => {
    const key = keyOf(item);
    const first = places.get(key);
    places.set(key, index);
    if (first === undefined) return [];
    return [['unique', `array items[${first},${index}] must be unique`]];
  });
}

/** Of objects, beside what their fields must be. */
export const OBJECT_CHECKS: Checks<ObjectValue> = [
  [
    'minProperties',
    (value, rule) =>
      when(
        sizeOf(value) < Number(rule),
        'array_min_properties',
        `Must have at least ${plain(rule)} properties`,
      ),
  ],
  [
    'maxProperties',
    (value, rule) =>
      when(
        sizeOf(value) > Number(rule),
        'array_max_properties',
        `Must have at most ${plain(rule)} properties`,
      ),
  ],
];
