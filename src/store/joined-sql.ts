/**
 * Columns of many rows as one text or one run of bytes: where an answer reads a hundred thousand
 * rows, a row costs more to hand over than all that is in it.
 */
import { sql, type RawBuilder } from 'kysely';
import { jsonDialect, type JsonDialect } from './json-sql.ts';
import type { SqlBuilder } from './sql-builder.ts';

/** What is joined, and the column that orders the rows; both are SQL. */
export interface Joined {
  readonly of: string;
  readonly order: string;
}

/**
 * SQLite's aggregates of one pass meet the rows in the order of the query within, and join bytes as
 * the text that it takes them for, to the letter.
 */
const JOIN: Readonly<
  Record<JsonDialect, Readonly<Record<'lines' | 'bytes', (joined: Joined) => string>>>
> = {
  sqlite: {
    lines: ({ of }) => `group_concat(${of}, char(10))`,
    bytes: ({ of }) => `cast(group_concat(${of}, '') as blob)`,
  },
  postgres: {
    lines: ({ of, order }) => `string_agg((${of})::text, chr(10) order by ${order})`,
    bytes: ({ of, order }) => `string_agg(${of}, ''::bytea order by ${order})`,
  },
};

/** Values without a line break, one a line; null where there is no row. */
export function joinedLines(builder: SqlBuilder, joined: Joined): RawBuilder<string | null> {
  return sql<string | null>`${sql.raw(JOIN[jsonDialect(builder)].lines(joined))}`;
}

/** Bytes one behind the other; null where no row has any. */
export function joinedBytes(builder: SqlBuilder, joined: Joined): RawBuilder<Uint8Array | null> {
  return sql<Uint8Array | null>`${sql.raw(JOIN[jsonDialect(builder)].bytes(joined))}`;
}
