/** How a text begins or ends, in SQL that both databases read alike. */
import { sql, type Expression, type SqlBool } from 'kysely';

/** Whether a text begins or ends with another, compared as characters. */
export function affixTest(
  text: Expression<unknown>,
  kind: 'prefix' | 'suffix',
  wanted: string,
): Expression<SqlBool> {
  // PostgreSQL cannot tell the type of a bare parameter within length().
  const bound = sql`cast(${wanted} as text)`;
  return kind === 'prefix'
    ? sql<SqlBool>`substr(${text}, 1, length(${bound})) = ${bound}`
    : sql<SqlBool>`substr(${text}, length(${text}) - length(${bound}) + 1) = ${bound}`;
}
