/** A list filter applied to an occurrence that is no row: one derived from a scan. */
import { isAssayError } from './error.ts';
import { filterError } from './filter-cursor.ts';
import type {
  Filter,
  FilterCall,
  FilterComparison,
  FilterExpression,
  FilterField,
  FilterOperator,
  FilterValue,
} from './filter.ts';
import type { Occurrence } from './note.ts';
import { OCCURRENCE_FIELDS, type OccurrenceField, fieldKey } from './occurrence-fields.ts';

/** Tells whether an occurrence passes. */
export type OccurrenceTest = (occurrence: Occurrence) => boolean;

const FIELDS: ReadonlyMap<string, OccurrenceField> = new Map(
  Object.entries(OCCURRENCE_FIELDS).map(([name, field]) => [fieldKey(name.split('.')), field]),
);

const COMPARISONS: Readonly<Record<FilterOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  ':': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * Compiles a filter once; throws `invalid-filter` that points at an unknown field or wrong value.
 */
export function compileFilter(filter: Filter): OccurrenceTest {
  return filter.kind === 'all' ? () => true : compile(filter);
}

function compile(filter: FilterExpression): OccurrenceTest {
  if (filter.kind === 'compare') return comparison(filter);
  if (filter.kind === 'call') return call(filter);
  if (filter.kind === 'not') {
    const operand = compile(filter.operand);
    return (one) => !operand(one);
  }
  const operands = filter.operands.map(compile);
  return filter.kind === 'and'
    ? (one) => operands.every((test) => test(one))
    : (one) => operands.some((test) => test(one));
}

function comparison(filter: FilterComparison): OccurrenceTest {
  const field = fieldOf(filter.field);
  if (field.type === 'text' && !['=', '!=', ':'].includes(filter.operator)) {
    const name = filter.field.path.join('.');
    throw filterError(filter.at.offset, `${name} is compared by =, != or has_prefix`);
  }
  const wanted = readValue(filter.value, field);
  const holds = COMPARISONS[filter.operator];
  return (one) => {
    const found = field.of(one);
    return holds(found === wanted ? 0 : found < wanted ? -1 : 1);
  };
}

function call(filter: FilterCall): OccurrenceTest {
  const field = fieldOf(filter.field);
  if (field.type !== 'text') {
    throw filterError(filter.at.offset, `${filter.function} needs a text field`);
  }
  const wanted = String(readValue(filter.value, field));
  return filter.function === 'has_prefix'
    ? (one) => String(field.of(one)).startsWith(wanted)
    : (one) => String(field.of(one)).endsWith(wanted);
}

function fieldOf(field: FilterField): OccurrenceField {
  const found = FIELDS.get(fieldKey(field.path));
  if (found !== undefined) return found;
  throw filterError(field.at.offset, `unknown field ${field.path.join('.')}`);
}

function readValue(value: FilterValue, field: OccurrenceField): string | number {
  try {
    return field.read(value.text);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw filterError(value.at.offset, cause.message);
  }
}
