/**
 * A resolved filter as SQL with bound parameters, for both databases; each test is true or false,
 * never null, so that a negation means what it says.
 */
import { sql, type Expression, type SqlBool } from 'kysely';
import type {
  ColumnPlace,
  FieldTest,
  FilterColumn,
  PathPlace,
  ResolvedExpression,
  ResolvedFilter,
  ValueTest,
} from '../domain/resolved-filter.ts';
import { affixTest } from './affix-sql.ts';
import { type JsonDialect, jsonTest } from './json-sql.ts';

/** The column or expression that holds each value that a filter can name. */
export type FilterColumns = Readonly<Record<FilterColumn, Expression<unknown>>>;

/** What a filter is compiled for. */
export interface FilterTarget {
  readonly columns: FilterColumns;
  readonly dialect: JsonDialect;
}

/** Compiles a filter; undefined where everything passes. */
export function filterToSql(
  filter: ResolvedFilter,
  target: FilterTarget,
): Expression<SqlBool> | undefined {
  return filter.kind === 'all' ? undefined : expression(filter, target);
}

function expression(filter: ResolvedExpression, target: FilterTarget): Expression<SqlBool> {
  if (filter.kind === 'test') return test(filter, target);
  if (filter.kind === 'not') return sql<SqlBool>`not (${expression(filter.operand, target)})`;
  const operands = filter.operands.map((operand) => expression(operand, target));
  const word = filter.kind === 'and' ? sql` and ` : sql` or `;
  return sql<SqlBool>`(${sql.join(operands, word)})`;
}

function test(filter: FieldTest, target: FilterTarget): Expression<SqlBool> {
  const { place } = filter;
  const passes =
    place.kind === 'column'
      ? columnTest(target.columns[place.column], filter.test)
      : jsonTest({ ...filter, place }, target.dialect);
  return ofKind(place, passes, target);
}

/** `case` decides the order: another kind may have another type at the same path. */
function ofKind(
  { of }: ColumnPlace | PathPlace,
  passes: Expression<SqlBool>,
  { columns }: FilterTarget,
): Expression<SqlBool> {
  if (of === undefined) return passes;
  return sql<SqlBool>`(case when ${columns.kind} = ${of} then ${passes} else 1 = 0 end)`;
}

function columnTest(column: Expression<unknown>, asked: ValueTest): Expression<SqlBool> {
  switch (asked.kind) {
    case 'present':
      return sql<SqlBool>`1 = 1`;
    case 'among':
      return sql<SqlBool>`${column} in (${sql.join(asked.values)})`;
    case 'prefix':
    case 'suffix':
      return affixTest(column, asked.kind, asked.text);
    case 'compare': {
      // A column holds no booleans.
      const value = asked.value as string | number;
      return sql<SqlBool>`${column} ${sql.raw(asked.operator)} ${value}`;
    }
  }
}
