/** How a database would run a statement, in its own words. */
import type { BoundStatement } from '../../src/store/sql-builder.ts';
import type { Reader } from '../../src/store/store-contract.ts';

/** The plan of a statement, a step a line. */
export async function explain(
  db: Reader,
  statement: BoundStatement<unknown>,
): Promise<readonly string[]> {
  const word = isSqlite(db) ? 'explain query plan' : 'explain';
  const rows = await db.all<Record<string, unknown>>({
    commandFor: (builder) => {
      const { sql, parameters } = statement.commandFor(builder);
      return { sql: `${word} ${sql}`, parameters };
    },
  });
  return rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']));
}

/** Steps that read a whole table, or sort what may be any number of rows. */
export function costlySteps(plan: readonly string[]): readonly string[] {
  const sqlite = /^SCAN (?!\(|examined|e\d|json_each)|TEMP B-TREE/;
  const postgres = /(?:^|->) *(?:Parallel )?(?:Seq Scan|(?:Incremental )?Sort(?! Key)|Bitmap|Hash)/;
  return plan.filter(
    (step, at) => sqlite.test(step) || (postgres.test(step) && !isSortOfCut(plan, at)),
  );
}

/** A sort over pieces each of which ends at a limit. */
function isSortOfCut(plan: readonly string[], at: number): boolean {
  const [append = '', ...pieces] = plan.slice(at + 2);
  const depth = append.indexOf('->');
  const direct = pieces.filter((step) => step.indexOf('->') === depth + 6);
  return (
    /Sort/.test(plan[at] ?? '') && /Append/.test(append) && direct.every((one) => /Limit/.test(one))
  );
}

function isSqlite({ sql }: Reader): boolean {
  return sql.selectFrom('project').select('id').limit(1).compile().sql.endsWith('limit ?');
}
