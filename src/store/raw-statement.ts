/** SQL that kysely's builder has no words for, with bound parameters. */
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { JsonDialect } from './json-sql.ts';
import type { BoundStatement } from './sql-builder.ts';

/** Makes a statement of raw SQL; only texts and numbers may be bound in it. */
export function runnable<Row>(query: RawBuilder<Row>): BoundStatement<Row> {
  return {
    commandFor: (builder) => {
      const { sql: text, parameters } = query.compile(builder);
      return { sql: text, parameters: parameters as (string | number)[] };
    },
  };
}

/** That a column has one of some values: one parameter, whatever their number. */
export function among(
  dialect: JsonDialect,
  column: Expression<unknown>,
  values: readonly (string | number)[],
): Expression<SqlBool> {
  const list = JSON.stringify(values);
  if (dialect === 'sqlite') {
    return sql<SqlBool>`${column} in (select value from json_each(${list}))`;
  }
  const type = sql.raw(typeof values[0] === 'number' ? 'bigint' : 'text');
  const each = sql`select jsonb_array_elements_text(${list}::jsonb)::${type}`;
  return sql<SqlBool>`${column} = any(array(${each}))`;
}
