/** SQL that kysely's builder has no words for, with bound parameters. */
import { type Compilable, sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import { jsonDialect } from './json-sql.ts';
import type { BoundStatement, SqlBuilder } from './sql-builder.ts';

/** Makes a statement of raw SQL; only texts and numbers may be bound in it. */
export function runnable<Row>(query: RawBuilder<Row>): BoundStatement<Row> {
  return {
    commandFor: (builder) => {
      const { sql: text, parameters } = query.compile(builder);
      return { sql: text, parameters: parameters as (string | number)[] };
    },
  };
}

/** A query of raw SQL as `statement` takes it. */
export function compilable<Row>(builder: SqlBuilder, query: RawBuilder<Row>): Compilable<Row> {
  return { compile: () => query.compile(builder) };
}

/** A list as one parameter, for {@link among}; one of lists for {@link listedRows}. */
export function listParameter(
  values: readonly (string | number | readonly (string | number)[])[],
): string {
  return JSON.stringify(values);
}

/** That a column has one of the values of a list parameter, whatever their number. */
export function among(
  builder: SqlBuilder,
  column: Expression<unknown>,
  list: { readonly of: 'text' | 'bigint'; readonly values: string },
): Expression<SqlBool> {
  if (jsonDialect(builder) === 'sqlite') {
    return sql<SqlBool>`${column} in (select value from json_each(${list.values}))`;
  }
  const each = sql`select jsonb_array_elements_text(${list.values}::jsonb)::${sql.raw(list.of)}`;
  return sql<SqlBool>`${column} = any(array(${each}))`;
}

/** Lists of a list parameter as rows of a column `value`: `value->>0` is the first of a row. */
export function listedRows(builder: SqlBuilder, list: string): RawBuilder<unknown> {
  if (jsonDialect(builder) === 'sqlite') return sql`json_each(${list})`;
  return sql`jsonb_array_elements(${list}::jsonb) as listed(value)`;
}
