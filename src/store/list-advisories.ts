/** Visible advisories in the order of their ids, a bounded number of rows at a time. */
import { sql } from 'kysely';
import type { Advisory } from '../domain/advisory.ts';
import { runnable } from './raw-statement.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** A place among the rows; the list goes on behind it. */
export interface AdvisoryPlace {
  readonly id: string;
  readonly number: number;
}

/** Advisories of some rows; `end` is the last row examined, absent at the end of all. */
export interface AdvisoryPage {
  readonly advisories: readonly { readonly place: AdvisoryPlace; readonly advisory: Advisory }[];
  readonly end?: AdvisoryPlace;
}

interface AdvisoryRow extends AdvisoryPlace {
  /** Null: not published yet, or taken away. */
  readonly visible: number | null;
  readonly body: string;
}

/** Reads the next rows; those of imports that are not in force are passed over. */
export async function listAdvisories(
  db: Reader,
  { after, limit }: { readonly after: AdvisoryPlace; readonly limit: number },
): Promise<AdvisoryPage> {
  const rows = await db.all(
    runnable(sql<AdvisoryRow>`select examined.id, number, body,
        case when undone.revision is null then added.revision end as visible
      from (select * from advisory where (id, number) > (${after.id}, ${after.number})
        order by id, number limit ${limit}) as examined
      left join advisory_import as added on added.generation = examined.generation
      left join advisory_import as undone on undone.generation = examined.removed
      order by examined.id, number`),
  );
  const last = rows.length < limit ? undefined : rows.at(-1);
  const visible = rows.filter((row) => row.visible !== null);
  return {
    advisories: visible.map(({ id, number, body }) => ({
      place: { id, number },
      advisory: parseStored<Advisory>(body),
    })),
    ...(last !== undefined && { end: { id: last.id, number: last.number } }),
  };
}
