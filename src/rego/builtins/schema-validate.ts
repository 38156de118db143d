/**
 * A value against a schema, in the order in which gojsonschema looks at it: the type, which ends it
 * where it is another; schemas over the same value; what stands within; the value by itself.
 */
import { isWhole } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { isArrayValue, isObjectValue, sortedKeys, typeOf, valueAt } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { deeper, listOf, plain, resolveReference } from './json-schema.ts';
import type { SchemaHere, SchemaPlace } from './json-schema.ts';
import {
  ARRAY_CHECKS,
  COMMON_CHECKS,
  NUMBER_CHECKS,
  OBJECT_CHECKS,
  STRING_CHECKS,
} from './schema-keywords.ts';
import type { Check } from './schema-keywords.ts';
import { SchemaResult, bestOf } from './schema-result.ts';

/** What a value breaks of a schema. */
export function validate(value: Value, schema: Value, outer: SchemaPlace): SchemaResult {
  const result = new SchemaResult();
  validateInto(result, value, { schema, outer });
  return result;
}

interface Asked {
  readonly schema: Value;
  readonly outer: SchemaPlace;
}

function validateInto(result: SchemaResult, value: Value, { schema, outer }: Asked): void {
  const place = deeper(outer);
  if (schema === false) result.add(place, 'false', 'False always fails validation');
  if (!isObjectValue(schema)) return;
  const reference = valueAt(schema, '$ref');
  if (typeof reference === 'string') {
    const found = resolveReference(reference, place.run.root);
    validateInto(result, value, { schema: found, outer: place });
    return;
  }
  const here = { ...place, schema };
  const problem = typeProblem(value, valueAt(schema, 'type'));
  if (problem !== undefined) {
    result.add(here, 'invalid_type', problem);
    return;
  }
  checkAlternatives(result, value, here);
  checkByType(result, value, here);
  result.pass();
}

function typeProblem(value: Value, rule: Value | undefined): string | undefined {
  const wanted = listOf(rule).map(plain);
  const given = typeOf(value) === 'set' ? 'array' : typeOf(value);
  const isInteger = given === 'number' && isWhole(value as RegoNumber);
  const names = isInteger ? ['integer', 'number'] : [given];
  if (wanted.length === 0 || names.some((name) => wanted.includes(name))) return undefined;
  const expected = wanted.length === 1 ? wanted[0] : `[${wanted.join(',')}]`;
  return `Invalid type. Expected: ${expected}, given: ${names[0]}`;
}

type Compose = (result: SchemaResult, value: Value, here: SchemaHere) => void;

/** Schemas over the value itself. */
const ALTERNATIVES: readonly (readonly [keyword: string, compose: Compose])[] = [
  ['anyOf', checkAnyOf],
  ['oneOf', checkOneOf],
  ['allOf', checkAllOf],
  ['not', checkNot],
  ['dependencies', checkDependencies],
  ['if', checkCondition],
];

function checkAlternatives(result: SchemaResult, value: Value, here: SchemaHere): void {
  for (const [keyword, compose] of ALTERNATIVES) {
    if (valueAt(here.schema, keyword) !== undefined) compose(result, value, here);
  }
  result.pass();
}

function rule(here: SchemaHere, keyword: string): Value {
  return valueAt(here.schema, keyword) ?? true;
}

function checkAnyOf(result: SchemaResult, value: Value, here: SchemaHere): void {
  const failed: SchemaResult[] = [];
  for (const schema of listOf(rule(here, 'anyOf'))) {
    const found = validate(value, schema, here);
    if (found.isValid) return;
    failed.push(found);
  }
  if (failed.length === 0) return;
  result.add(here, 'number_any_of', 'Must validate at least one schema (anyOf)');
  result.merge(bestOf(failed) ?? new SchemaResult());
}

function checkOneOf(result: SchemaResult, value: Value, here: SchemaHere): void {
  const all = listOf(rule(here, 'oneOf')).map((schema) => validate(value, schema, here));
  const count = all.filter(({ isValid }) => isValid).length;
  if (all.length === 0 || count === 1) return;
  result.add(here, 'number_one_of', 'Must validate one and only one schema (oneOf)');
  if (count === 0) result.merge(bestOf(all) ?? new SchemaResult());
}

function checkAllOf(result: SchemaResult, value: Value, here: SchemaHere): void {
  const all = listOf(rule(here, 'allOf')).map((schema) => validate(value, schema, here));
  for (const found of all) result.merge(found);
  if (all.every(({ isValid }) => isValid)) return;
  result.add(here, 'number_all_of', 'Must validate all the schemas (allOf)');
}

function checkNot(result: SchemaResult, value: Value, here: SchemaHere): void {
  if (!validate(value, rule(here, 'not'), here).isValid) return;
  result.add(here, 'number_not', 'Must not validate the schema (not)');
}

function checkDependencies(result: SchemaResult, value: Value, here: SchemaHere): void {
  const dependencies = rule(here, 'dependencies');
  if (!isObjectValue(value) || !isObjectValue(dependencies)) return;
  for (const key of sortedKeys(dependencies)) {
    if (valueAt(value, key) === undefined) continue;
    const wanted = valueAt(dependencies, key) as Value;
    if (!isArrayValue(wanted)) {
      validateInto(result, value, { schema: wanted, outer: here });
      continue;
    }
    for (const name of wanted.filter((one) => valueAt(value, one) === undefined)) {
      result.add(here, 'missing_dependency', `Has a dependency on ${plain(name)}`);
    }
  }
}

function checkCondition(result: SchemaResult, value: Value, here: SchemaHere): void {
  const isMet = validate(value, rule(here, 'if'), here).isValid;
  const [name, words] = isMet ? ['then', 'valid'] : ['else', 'invalid'];
  const found = validate(value, rule(here, name), here);
  if (found.isValid) return;
  result.add(here, `condition_${name}`, `Must validate "${name}" as "if" was ${words}`);
  result.merge(found);
}

function checkByType(result: SchemaResult, value: Value, here: SchemaHere): void {
  const type = typeOf(value);
  if (type === 'object') checkObject(result, value as ObjectValue, here);
  if (type === 'array') checkArray(result, value as readonly Value[], here);
  if (type === 'number') check(result, value as RegoNumber, { here, checks: NUMBER_CHECKS });
  check(result, value, { here, checks: COMMON_CHECKS });
  if (type === 'string') check(result, value as string, { here, checks: STRING_CHECKS });
  if (type === 'object') checkFields(result, value as ObjectValue, here);
}

interface Table<T> {
  readonly here: SchemaHere;
  readonly checks: readonly (readonly [keyword: string, check: Check<T>])[];
}

function check<T>(result: SchemaResult, value: T, { here, checks }: Table<T>): void {
  for (const [keyword, ask] of checks) {
    const wanted = valueAt(here.schema, keyword);
    const found = wanted === undefined ? [] : ask(value, wanted, here);
    for (const [type, description] of found) result.add(here, type, description);
  }
  result.pass();
}

function below(here: SchemaHere, key: string): SchemaPlace {
  return { run: here.run, depth: here.depth, path: [...here.path, key] };
}

function checkArray(result: SchemaResult, value: readonly Value[], here: SchemaHere): void {
  checkItems(result, value, here);
  check(result, value, { here, checks: ARRAY_CHECKS });
  checkContains(result, value, here);
}

/** One schema for all items, or one for each place and `additionalItems` for the rest. */
function checkItems(result: SchemaResult, value: readonly Value[], here: SchemaHere): void {
  const items = rule(here, 'items');
  const listed = isArrayValue(items) ? items : [];
  const others = listed.length > 0 ? rule(here, 'additionalItems') : isArrayValue(items) || items;
  for (const [index, item] of value.entries()) {
    const schema = listed[index] ?? others;
    if (schema === false && index >= listed.length && listed.length > 0) {
      result.add(here, 'array_no_additional_items', 'No additional items allowed on array');
      return;
    }
    if (schema !== true) result.merge(validate(item, schema, below(here, String(index))));
  }
}

function checkContains(result: SchemaResult, value: readonly Value[], here: SchemaHere): void {
  const wanted = valueAt(here.schema, 'contains');
  if (wanted === undefined) return;
  const failed: SchemaResult[] = [];
  for (const [index, item] of value.entries()) {
    const found = validate(item, wanted, below(here, String(index)));
    if (found.isValid) return;
    failed.push(found);
  }
  result.add(here, 'contains', 'At least one of the items must match');
  result.merge(bestOf(failed) ?? new SchemaResult());
}

function checkObject(result: SchemaResult, value: ObjectValue, here: SchemaHere): void {
  check(result, value, { here, checks: OBJECT_CHECKS });
  for (const name of listOf(valueAt(here.schema, 'required'))) {
    if (valueAt(value, name) !== undefined) result.pass();
    else result.add(here, 'required', `${plain(name)} is required`);
  }
  checkOtherFields(result, value, here);
  const names = valueAt(here.schema, 'propertyNames');
  if (names === undefined) return;
  for (const key of sortedKeys(value)) {
    const found = validate(key, names, here);
    if (found.isValid) continue;
    const words = `Property name of "${plain(key)}" does not match`;
    result.add(here, 'invalid_property_name', words);
    result.merge(found);
  }
}

/** Fields by patterns of their names, and those that no keyword names. */
function checkOtherFields(result: SchemaResult, value: ObjectValue, here: SchemaHere): void {
  const patterns = objectRule(here, 'patternProperties');
  const named = objectRule(here, 'properties');
  const others = rule(here, 'additionalProperties');
  if (others === true && sortedKeys(patterns).length === 0) return;
  for (const key of sortedKeys(value)) {
    const item = valueAt(value, key) as Value;
    const name = plain(key);
    const matching = sortedKeys(patterns).filter((one) => here.run.isMatch(plain(one), name));
    for (const pattern of matching) {
      const schema = valueAt(patterns, pattern) as Value;
      result.merge(validate(item, schema, below(here, name)));
    }
    if (matching.length > 0 || valueAt(named, key) !== undefined) continue;
    if (others === false) {
      const words = `Additional property ${name} is not allowed`;
      result.add(here, 'additional_property_not_allowed', words);
    } else result.merge(validate(item, others, below(here, name)));
  }
}

function objectRule(here: SchemaHere, keyword: string): ObjectValue {
  const found = valueAt(here.schema, keyword);
  return isObjectValue(found) ? found : {};
}

function checkFields(result: SchemaResult, value: ObjectValue, here: SchemaHere): void {
  const named = objectRule(here, 'properties');
  for (const key of sortedKeys(named)) {
    const item = valueAt(value, key);
    if (item === undefined) continue;
    const schema = valueAt(named, key) as Value;
    validateInto(result, item, { schema, outer: below(here, plain(key)) });
  }
}
