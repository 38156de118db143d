/**
 * Turns a filter value into SQL with bound parameters. What a field is in a table is said by a
 * table of rules; an unknown field or an operator that makes no sense there points at its place.
 */
import { sql, type Expression, type SqlBool } from 'kysely';
import { isAssayError } from '../domain/error.ts';
import { filterError } from '../domain/filter-cursor.ts';
import { fieldKey } from '../domain/occurrence-fields.ts';
import type {
  Filter,
  FilterCall,
  FilterComparison,
  FilterExpression,
  FilterField,
  FilterOperator,
  FilterValue,
} from '../domain/filter.ts';

/** How a field of a filter is compared. */
export interface FieldRule {
  /** The column or expression that holds it. */
  readonly column: Expression<unknown>;
  /** `ordered`: all comparisons; `text`: equality, has_prefix and has_suffix. */
  readonly type: 'ordered' | 'text';
  /** Turns the filter's text into the column's value; throws what is wrong with it. */
  readonly read: (text: string) => string | number;
}

/** Fields by their normalised names: see `fieldKey`. */
export type FieldRules = ReadonlyMap<string, FieldRule>;

/** Compiles a filter; undefined where everything passes. Refuses with `invalid-filter`. */
export function filterToSql(filter: Filter, rules: FieldRules): Expression<SqlBool> | undefined {
  return filter.kind === 'all' ? undefined : expression(filter, rules);
}

/** The top-level conjuncts of a filter. */
export function filterConjuncts(filter: Filter): readonly FilterExpression[] {
  if (filter.kind === 'all') return [];
  return filter.kind === 'and' ? filter.operands.flatMap(filterConjuncts) : [filter];
}

/** The condition that a text column begins with `prefix`, as a range that an index serves. */
export function prefixRange(column: Expression<unknown>, prefix: string): Expression<SqlBool> {
  return sql<SqlBool>`(${column} >= ${prefix} and ${column} < ${`${prefix}\u{10FFFF}`})`;
}

function expression(filter: FilterExpression, rules: FieldRules): Expression<SqlBool> {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map((operand) => expression(operand, rules));
      return sql<SqlBool>`(${sql.join(operands, filter.kind === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      return sql<SqlBool>`not (${expression(filter.operand, rules)})`;
    case 'call':
      return call(filter, ruleOf(filter.field, rules));
    case 'compare':
      return comparison(filter, ruleOf(filter.field, rules));
  }
}

function ruleOf(field: FilterField, rules: FieldRules): FieldRule {
  const rule = rules.get(fieldKey(field.path));
  if (rule !== undefined) return rule;
  throw filterError(field.at.offset, `unknown field ${field.path.join('.')}`);
}

function call(filter: FilterCall, rule: FieldRule): Expression<SqlBool> {
  if (rule.type !== 'text') {
    throw filterError(filter.at.offset, `${filter.function} needs a text field`);
  }
  const text = String(readValue(filter.value, rule));
  if (filter.function === 'has_prefix') return prefixRange(rule.column, text);
  const { column } = rule;
  return sql<SqlBool>`substr(${column}, length(${column}) - length(${text}) + 1) = ${text}`;
}

const SQL_OPERATORS: Readonly<Record<FilterOperator, string>> = {
  '=': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  ':': '=',
};

function comparison(filter: FilterComparison, rule: FieldRule): Expression<SqlBool> {
  if (rule.type === 'text' && !['=', '!=', ':'].includes(filter.operator)) {
    throw filterError(
      filter.at.offset,
      `${filter.field.path.join('.')} is compared by =, != or has_prefix`,
    );
  }
  const operator = sql.raw(SQL_OPERATORS[filter.operator]);
  return sql<SqlBool>`${rule.column} ${operator} ${readValue(filter.value, rule)}`;
}

/** Reads a filter's value by its field's rule, pointing at it where it is wrong. */
export function readValue(value: FilterValue, rule: FieldRule): string | number {
  try {
    return rule.read(value.text);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw filterError(value.at.offset, cause.message);
  }
}
