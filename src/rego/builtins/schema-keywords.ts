/** What each keyword of JSON Schema asks of a value, as a table. */
import { compareNumbers, decimalOf, isRegoNumber, isWhole } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import {
  RegoSet,
  equalValues,
  formatValue,
  isArrayValue,
  isObjectValue,
  sizeOf,
  sortedKeys,
  typeOf,
  valueAt,
} from '../value.ts';
import type { ObjectValue, Value } from '../value.ts';
import { SCHEMA_TYPES, deeper, listOf, plain, resolveReference } from './json-schema.ts';
import type { SchemaPlace, SchemaProblem } from './json-schema.ts';
import { isOfFormat } from './schema-formats.ts';

interface Here extends SchemaPlace {
  readonly schema: ObjectValue;
}

/** What a keyword finds wrong: types and descriptions. */
type Found = readonly (readonly [type: string, description: string])[];
type Check<T> = (value: T, rule: Value, here: Here) => Found;
type Dive<T> = (value: T, rule: Value, here: Here) => readonly SchemaProblem[];
type List = readonly Value[];

/** What a document breaks, keyword by keyword. */
export function matchSchema(value: Value, schema: Value, outer: SchemaPlace): SchemaProblem[] {
  const place = deeper(outer);
  if (schema === false) return [at(place, 'false', 'False always fails validation')];
  if (!isObjectValue(schema)) return [];
  const reference = valueAt(schema, '$ref');
  if (typeof reference === 'string') {
    return matchSchema(value, resolveReference(reference, place.run.root), place);
  }
  const here = { ...place, schema };
  return [...flat(value, here), ...inner(value, here)];
}

function flat(value: Value, here: Here): SchemaProblem[] {
  const own = {
    ...CHECKS.any,
    ...(CHECKS[typeOf(value)] as Record<string, Check<Value>> | undefined),
  };
  return Object.entries(own).flatMap(([name, check]) => {
    const rule = valueAt(here.schema, name);
    const found = rule === undefined ? [] : check(value, rule, here);
    return found.map(([type, description]) => at(here, type, description));
  });
}

function inner(value: Value, here: Here): SchemaProblem[] {
  const own = {
    ...DIVES.any,
    ...(DIVES[typeOf(value)] as Record<string, Dive<Value>> | undefined),
  };
  return Object.entries(own).flatMap(([name, dive]) => {
    const rule = valueAt(here.schema, name);
    return rule === undefined ? [] : dive(value, rule, here);
  });
}

function at(place: SchemaPlace, type: string, description: string): SchemaProblem {
  return { type, field: place.path.join('.') || '(root)', description };
}

function when(isBroken: boolean, type: string, description: string): Found {
  return isBroken ? [[type, description]] : [];
}

function isValid(value: Value, schema: Value, here: Here): boolean {
  return matchSchema(value, schema, here).length === 0;
}

function below(
  value: Value,
  schema: Value,
  { here, key }: { here: Here; key: string },
): SchemaProblem[] {
  return matchSchema(value, schema, {
    run: here.run,
    depth: here.depth,
    path: [...here.path, key],
  });
}

const CHECKS: {
  readonly any: Readonly<Record<string, Check<Value>>>;
  readonly [type: string]: Readonly<Record<string, Check<never>>>;
} = {
  any: { type: checkType, enum: checkEnum, const: checkConst },
  string: {
    minLength: (value: string, rule) =>
      when(
        lengthOf(value) < Number(rule),
        'string_gte',
        `String length must be greater than or equal to ${plain(rule)}`,
      ),
    maxLength: (value: string, rule) =>
      when(
        lengthOf(value) > Number(rule),
        'string_lte',
        `String length must be less than or equal to ${plain(rule)}`,
      ),
    pattern: (value: string, rule, { run }) =>
      when(!run.isMatch(plain(rule), value), 'pattern', `Does not match pattern '${plain(rule)}'`),
    format: (value: string, rule) =>
      when(!isOfFormat(plain(rule), value), 'format', `Does not match format '${plain(rule)}'`),
  },
  number: {
    multipleOf: (value: RegoNumber, rule) =>
      when(!isMultiple(value, rule), 'multiple_of', `Must be a multiple of ${plain(rule)}`),
    minimum: (value: RegoNumber, rule, { schema }) =>
      checkBound(value, rule, { sign: -1, isOpen: valueAt(schema, 'exclusiveMinimum') === true }),
    maximum: (value: RegoNumber, rule, { schema }) =>
      checkBound(value, rule, { sign: 1, isOpen: valueAt(schema, 'exclusiveMaximum') === true }),
    exclusiveMinimum: (value: RegoNumber, rule) =>
      checkBound(value, rule, { sign: -1, isOpen: true }),
    exclusiveMaximum: (value: RegoNumber, rule) =>
      checkBound(value, rule, { sign: 1, isOpen: true }),
  },
  array: {
    minItems: (value: List, rule) =>
      when(
        value.length < Number(rule),
        'array_min_items',
        `Array must have at least ${plain(rule)} items`,
      ),
    maxItems: (value: List, rule) =>
      when(
        value.length > Number(rule),
        'array_max_items',
        `Array must have at most ${plain(rule)} items`,
      ),
    uniqueItems: (value: List, rule) =>
      when(
        rule === true && RegoSet.of(value).size < value.length,
        'unique',
        'array items must be unique',
      ),
    contains: (value: List, rule, here) =>
      when(
        !value.some((item) => isValid(item, rule, here)),
        'contains',
        'At least one of the items must match',
      ),
  },
  object: {
    required: (value: ObjectValue, rule) =>
      listOf(rule)
        .filter((key) => valueAt(value, key) === undefined)
        .map((key) => ['required', `${plain(key)} is required`]),
    minProperties: (value: ObjectValue, rule) =>
      when(
        sizeOf(value) < Number(rule),
        'array_min_properties',
        `Must have at least ${plain(rule)} properties`,
      ),
    maxProperties: (value: ObjectValue, rule) =>
      when(
        sizeOf(value) > Number(rule),
        'array_max_properties',
        `Must have at most ${plain(rule)} properties`,
      ),
    propertyNames: (value: ObjectValue, rule, here) =>
      sortedKeys(value)
        .filter((key) => !isValid(key, rule, here))
        .map((key) => ['invalid_property_name', `Property name of "${plain(key)}" does not match`]),
    additionalProperties: checkAdditional,
    dependencies: checkDependencies,
  },
};

function checkType(value: Value, rule: Value): Found {
  const wanted = listOf(rule).map(plain);
  const given = typeOf(value);
  const names =
    given === 'number' && isWhole(value as RegoNumber) ? ['integer', 'number'] : [given];
  if (names.some((name) => wanted.includes(name))) return [];
  const shown = SCHEMA_TYPES.filter((type) => wanted.includes(type)).join('/');
  const expected = wanted.length === 1 ? (wanted[0] ?? '') : shown;
  return [['invalid_type', `Invalid type. Expected: ${expected}, given: ${names[0]}`]];
}

function checkEnum(value: Value, rule: Value, here: Here): Found {
  const allowed = listOf(rule);
  const isAllowed = allowed.some((item) => equalValues(item, value));
  const shown = allowed.map(formatValue).join(', ');
  return when(!isAllowed, 'enum', `${fieldOf(here)} must be one of the following: ${shown}`);
}

function checkConst(value: Value, rule: Value, here: Here): Found {
  return when(
    !equalValues(value, rule),
    'const',
    `${fieldOf(here)} does not match: ${formatValue(rule)}`,
  );
}

function fieldOf({ path }: SchemaPlace): string {
  return path.join('.') || '(root)';
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Exactly: both numbers over the same power of ten. */
function isMultiple(value: RegoNumber, rule: Value): boolean {
  if (!isRegoNumber(rule) || rule === 0) return true;
  const [a, b] = [decimalOf(value), decimalOf(rule)];
  const shared = Math.min(a.exponent, b.exponent);
  const [x, y] = [a, b].map((n) => n.coefficient * 10n ** BigInt(n.exponent - shared)) as [
    bigint,
    bigint,
  ];
  return x % y === 0n;
}

const BOUNDS = {
  '-1 open': ['number_gt', 'Must be greater than'],
  '-1 closed': ['number_gte', 'Must be greater than or equal to'],
  '1 open': ['number_lt', 'Must be less than'],
  '1 closed': ['number_lte', 'Must be less than or equal to'],
} as const;

function checkBound(
  value: RegoNumber,
  rule: Value,
  { sign, isOpen }: { sign: 1 | -1; isOpen: boolean },
): Found {
  if (!isRegoNumber(rule)) return [];
  const order = compareNumbers(value, rule) * sign;
  const [type, words] = BOUNDS[`${sign} ${isOpen ? 'open' : 'closed'}`];
  return when(order > 0 || (isOpen && order === 0), type, `${words} ${plain(rule)}`);
}

/** Keys that neither `properties` nor `patternProperties` names. */
function additionalKeys(value: ObjectValue, { schema, run }: Here): Value[] {
  const [named, patterns] = ['properties', 'patternProperties'].map((key) => valueAt(schema, key));
  return sortedKeys(value).filter((key) => {
    if (isObjectValue(named) && valueAt(named, key) !== undefined) return false;
    return !(
      isObjectValue(patterns) &&
      sortedKeys(patterns).some((pattern) => run.isMatch(plain(pattern), plain(key)))
    );
  });
}

function checkAdditional(value: ObjectValue, rule: Value, here: Here): Found {
  if (rule !== false) return [];
  return additionalKeys(value, here).map((key) => [
    'additional_property_not_allowed',
    `Additional property ${plain(key)} is not allowed`,
  ]);
}

function checkDependencies(value: ObjectValue, rule: Value, here: Here): Found {
  const present = isObjectValue(rule)
    ? sortedKeys(rule).filter((key) => valueAt(value, key) !== undefined)
    : [];
  return present.flatMap((key): Found => {
    const wanted = valueAt(rule as ObjectValue, key) as Value;
    if (!isArrayValue(wanted)) {
      return when(
        !isValid(value, wanted, here),
        'missing_dependency',
        `Has a dependency on ${plain(key)}`,
      );
    }
    const missing = wanted.filter((name) => valueAt(value, name) === undefined);
    return missing.map((name) => ['missing_dependency', `Has a dependency on ${plain(name)}`]);
  });
}

const DIVES: {
  readonly any: Readonly<Record<string, Dive<Value>>>;
  readonly [type: string]: Readonly<Record<string, Dive<never>>>;
} = {
  any: {
    allOf: (value, rule, here) => {
      const found = listOf(rule).flatMap((schema) => matchSchema(value, schema, here));
      return found.length === 0
        ? []
        : [...found, at(here, 'number_all_of', 'Must validate all the schemas (allOf)')];
    },
    anyOf: (value, rule, here) =>
      validCount(value, rule, here) > 0
        ? []
        : [at(here, 'number_any_of', 'Must validate at least one schema (anyOf)')],
    oneOf: (value, rule, here) =>
      validCount(value, rule, here) === 1
        ? []
        : [at(here, 'number_one_of', 'Must validate one and only one schema (oneOf)')],
    not: (value, rule, here) =>
      isValid(value, rule, here)
        ? [at(here, 'number_not', 'Must not validate the schema (not)')]
        : [],
    if: diveCondition,
  },
  array: { items: diveItems },
  object: {
    properties: (value: ObjectValue, rule, here) =>
      keysOf(rule).flatMap((key) =>
        diveKey(value, key, { here, schema: valueAt(rule as ObjectValue, key) as Value }),
      ),
    patternProperties: (value: ObjectValue, rule, here) =>
      keysOf(rule).flatMap((pattern) =>
        sortedKeys(value)
          .filter((key) => here.run.isMatch(plain(pattern), plain(key)))
          .flatMap((key) =>
            diveKey(value, key, { here, schema: valueAt(rule as ObjectValue, pattern) as Value }),
          ),
      ),
    additionalProperties: (value: ObjectValue, rule, here) =>
      isObjectValue(rule)
        ? additionalKeys(value, here).flatMap((key) => diveKey(value, key, { here, schema: rule }))
        : [],
  },
};

function keysOf(rule: Value): readonly Value[] {
  return isObjectValue(rule) ? sortedKeys(rule) : [];
}

function validCount(value: Value, rule: Value, here: Here): number {
  return listOf(rule).filter((schema) => isValid(value, schema, here)).length;
}

function diveKey(
  value: ObjectValue,
  key: Value,
  { here, schema }: { here: Here; schema: Value },
): SchemaProblem[] {
  const item = valueAt(value, key);
  return item === undefined ? [] : below(item, schema, { here, key: plain(key) });
}

/** One schema for all items, or one for each place and `additionalItems` for the rest. */
function diveItems(value: List, rule: Value, here: Here): SchemaProblem[] {
  const rest = isArrayValue(rule) ? (valueAt(here.schema, 'additionalItems') ?? true) : rule;
  return value.flatMap((item, index) => {
    const schema = isArrayValue(rule) ? (rule[index] ?? rest) : rule;
    if (schema === false)
      return [at(here, 'array_no_additional_items', 'No additional items allowed on array')];
    return below(item, schema, { here, key: String(index) });
  });
}

function diveCondition(value: Value, rule: Value, here: Here): SchemaProblem[] {
  const [name, words] = isValid(value, rule, here) ? ['then', 'valid'] : ['else', 'invalid'];
  const found = matchSchema(value, valueAt(here.schema, name) ?? true, here);
  if (found.length === 0) return [];
  return [...found, at(here, `condition_${name}`, `Must validate "${name}" as "if" was ${words}`)];
}
