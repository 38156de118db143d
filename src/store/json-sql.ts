/**
 * Tests of values within a JSON column, in the words of each database. Both walk the same way: to
 * what holds the value (through lists to any of their elements), then to the value itself.
 */
import { PostgresAdapter, sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { FieldTest, PathPlace, PathStep, ValueTest } from '../domain/resolved-filter.ts';
import { affixTest } from './affix-sql.ts';
import type { SqlBuilder } from './sql-builder.ts';

/** Which database's words. */
export type JsonDialect = 'sqlite' | 'postgres';

/** A test of a value within JSON. */
export type JsonFieldTest = FieldTest & { readonly place: PathPlace };

/** The dialect that a builder writes. */
export function jsonDialect(builder: SqlBuilder): JsonDialect {
  return builder.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

/** The condition that a value of the column `body` passes. */
export function jsonTest(field: JsonFieldTest, dialect: JsonDialect): Expression<SqlBool> {
  return dialect === 'sqlite' ? sqliteTest(field) : postgresTest(field);
}

/** Elements of which lists, one after the other, and the way within the last of them. */
interface Walk {
  readonly lists: readonly (readonly string[])[];
  readonly rest: readonly string[];
}

function walkOf(steps: readonly PathStep[]): Walk {
  const lists: string[][] = [];
  let rest: string[] = [];
  for (const { key, many } of steps) {
    rest.push(key);
    if (!many) continue;
    lists.push(rest);
    rest = [];
  }
  return { lists, rest };
}

function sqliteTest({ place, test, unset }: JsonFieldTest): Expression<SqlBool> {
  const { lists, rest } = walkOf(place.steps);
  const within = (at: number): RawBuilder<unknown> =>
    at < 0 ? sql.ref('body') : sql.ref(`e${at}.value`);
  const holder = within(lists.length - 1);
  const sources = lists.map(
    (keys, at) => sql`json_each(${within(at - 1)}, ${sqlitePath(keys)}) as ${sql.id(`e${at}`)}`,
  );
  const value = rest.length === 0 ? holder : sql`json_extract(${holder}, ${sqlitePath(rest)})`;
  const holds = sql<SqlBool>`coalesce(${sqliteValue(value, test)}, 1 = 0)`;
  const above = rest.slice(0, -1);
  const there = sql<SqlBool>`(${value} is null
    and json_type(${holder}, ${sqlitePath(above)}) is not null)`;
  const passes = unset && rest.length > 0 ? sql<SqlBool>`(${holds} or ${there})` : holds;
  if (sources.length === 0) return passes;
  return sql<SqlBool>`exists (select 1 from ${sql.join(sources)} where ${passes})`;
}

/** SQLite's path; keys with quotes are refused before. */
function sqlitePath(keys: readonly string[]): string {
  return `$${keys.map((key) => `."${key}"`).join('')}`;
}

function sqliteValue(value: Expression<unknown>, test: ValueTest): Expression<SqlBool> {
  if (test.kind === 'compare' && typeof test.value === 'boolean') {
    return sql<SqlBool>`${value} = ${test.value ? 1 : 0}`;
  }
  return valueTest(value, sql`cast(${value} as real)`, test);
}

function postgresTest({ place, test, unset }: JsonFieldTest): Expression<SqlBool> {
  const { lists, rest } = walkOf(place.steps);
  const last = rest.at(-1);
  const path = [...lists.map((keys) => `${jsonPath(keys)}[*]`), jsonPath(rest.slice(0, -1))];
  const holders = sql`jsonb_path_query(body::jsonb, ${`$${path.join('')}`}::text::jsonpath)`;
  const value =
    last === undefined ? sql.ref('e.value') : sql`(${sql.ref('e.value')} -> ${last}::text)`;
  const text = sql`((${value} #>> '{}') collate "C")`;
  const passes = sql<SqlBool>`coalesce(${postgresValue(text, test)}, ${sql.lit(unset)})`;
  return sql<SqlBool>`exists (select 1 from ${holders} as e(value) where ${passes})`;
}

/** Keys of SQL/JSON paths are quoted as JSON's texts are. */
function jsonPath(keys: readonly string[]): string {
  return keys.map((key) => `.${JSON.stringify(key)}`).join('');
}

function postgresValue(text: Expression<unknown>, test: ValueTest): Expression<SqlBool> {
  if (test.kind === 'compare' && typeof test.value === 'boolean') {
    return sql<SqlBool>`${text} = ${String(test.value)}`;
  }
  return valueTest(text, sql`cast(${text} as double precision)`, test);
}

/** What is asked, of a value as text or as number; null where there is none. */
function valueTest(
  text: Expression<unknown>,
  number: Expression<unknown>,
  test: ValueTest,
): Expression<SqlBool> {
  switch (test.kind) {
    case 'present':
      return sql<SqlBool>`${text} is not null`;
    case 'among':
      return test.values.length === 0
        ? sql<SqlBool>`1 = 0`
        : sql<SqlBool>`${text} in (${sql.join(test.values)})`;
    case 'prefix':
    case 'suffix':
      return affixTest(text, test.kind, test.text);
    case 'compare': {
      const value = test.value as string | number;
      const found = typeof value === 'number' ? number : text;
      return sql<SqlBool>`${found} ${sql.raw(test.operator)} ${value}`;
    }
  }
}
