/**
 * JSON Schema (drafts 4 to 7, without remote references), with the names and words for what is
 * wrong that OPA's users know. Patterns are RE2's, so that no schema can make one run away.
 * Specification: https://json-schema.org/draft-07/json-schema-validation
 */
import { BuiltinFailure } from '../model/builtin.ts';
import { formatValue, isArrayValue, isObjectValue, sortedPairs, valueAt } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { countWork } from '../model/value-work.ts';
import { formProblem, noSchema } from './schema-forms.ts';

/** One thing that is wrong with a document. */
export interface SchemaProblem {
  /** `required`, `invalid_type` … */
  readonly type: string;
  /** `(root)`, `a.0.b`. */
  readonly field: string;
  readonly description: string;
}

/** What all checks of one call share. */
export interface SchemaRun {
  readonly root: Value;
  readonly charge: (steps: number) => void;
  readonly isMatch: (pattern: string, text: string) => boolean;
}

/** Where a check stands: in the document, and how many schemas lie around it. */
export interface SchemaPlace {
  readonly run: SchemaRun;
  readonly path: readonly string[];
  readonly depth: number;
}

/** Where a check stands, with the schema that asks. */
export interface SchemaHere extends SchemaPlace {
  readonly schema: ObjectValue;
}

const MAX_DEPTH = 256;
/** Of looking up what one schema asks of one value. */
const STEPS_PER_SCHEMA = 30;
const ONE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
];
const LISTS = ['items', 'allOf', 'anyOf', 'oneOf'];
const MAPS = ['properties', 'patternProperties', 'definitions', '$defs'];

/**
 * Checks the form of a schema, the patterns in it and its references; throws a `BuiltinFailure` for
 * the first thing that is wrong.
 */
export function checkSchema(schema: Value, checks: SchemaChecks, depth = 0): void {
  countWork(STEPS_PER_SCHEMA);
  if (depth > MAX_DEPTH) throw new BuiltinFailure(`schema is nested deeper than ${MAX_DEPTH}`);
  if (typeof schema === 'boolean') return;
  if (!isObjectValue(schema)) throw new BuiltinFailure(noSchema(schema));
  const problem = formProblem(schema) ?? patternProblem(schema, checks);
  if (problem !== undefined) throw new BuiltinFailure(problem);
  const reference = valueAt(schema, '$ref');
  if (typeof reference === 'string') resolveReference(reference, checks.root);
  for (const inner of subschemas(schema)) checkSchema(inner, checks, depth + 1);
}

/** What the checks of a schema's form share. */
export interface SchemaChecks {
  readonly root: Value;
  readonly isPattern: (text: string) => boolean;
}

function patternProblem(schema: ObjectValue, { isPattern }: SchemaChecks): string | undefined {
  const pattern = valueAt(schema, 'pattern');
  if (typeof pattern === 'string' && !isPattern(pattern)) return 'pattern must be a valid regex';
  const patterns = valueAt(schema, 'patternProperties');
  const names = isObjectValue(patterns) ? sortedPairs(patterns).map(([key]) => plain(key)) : [];
  const wrong = names.find((name) => !isPattern(name));
  return wrong === undefined ? undefined : `Invalid regex pattern '${wrong}'`;
}

function subschemas(schema: ObjectValue): Value[] {
  const single = ONE.map((key) => valueAt(schema, key)).filter((inner) => inner !== undefined);
  const lists = LISTS.flatMap((key) => listOf(valueAt(schema, key)));
  const maps = MAPS.map((key) => valueAt(schema, key)).filter(isObjectValue);
  return [
    ...single,
    ...lists,
    ...maps.flatMap((map) => sortedPairs(map).map(([, inner]) => inner)),
  ];
}

/** A list as it is, one value as a list, and nothing as an empty one. */
export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  return isArrayValue(value) ? value : [value];
}

/** A string as it is, anything else as Rego writes it. */
export function plain(value: Value): string {
  return typeof value === 'string' ? value : formatValue(value);
}

/** A reference into the schema itself; others would need the network. */
export function resolveReference(reference: string, root: Value): Value {
  const [, pointer = ''] = /^#\/?(.*)$/.exec(reference) ?? [];
  if (!reference.startsWith('#')) {
    throw new BuiltinFailure(`remote reference ${reference} is not followed`);
  }
  return pointer
    .split('/')
    .filter(Boolean)
    .reduce<Value>((at, segment) => {
      const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
      const found = isArrayValue(at)
        ? at[Number(key)]
        : isObjectValue(at)
          ? valueAt(at, key)
          : undefined;
      if (found === undefined) throw new BuiltinFailure(`reference ${reference} leads nowhere`);
      return found;
    }, root);
}

/** One schema further in; throws a `BuiltinFailure` where schemas run in a circle. */
export function deeper(place: SchemaPlace): SchemaPlace {
  place.run.charge(STEPS_PER_SCHEMA);
  if (place.depth === MAX_DEPTH) {
    throw new BuiltinFailure(`schema is applied deeper than ${MAX_DEPTH} times`);
  }
  return { ...place, depth: place.depth + 1 };
}
