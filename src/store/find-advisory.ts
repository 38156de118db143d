/** One advisory by its id, among those that are visible. */
import type { Advisory } from '../domain/advisory.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

const byId = statement((sql, p: { id: string }) =>
  sql
    .selectFrom('advisory')
    .innerJoin('advisory_import as added', 'added.generation', 'advisory.generation')
    .leftJoin('advisory_import as undone', 'undone.generation', 'advisory.removed')
    .select('advisory.body')
    .where('advisory.id', '=', p.id)
    .where('added.revision', 'is not', null)
    .where('undone.revision', 'is', null)
    .limit(1),
);

/** The advisory with that id; undefined where no visible source has it. */
export async function findAdvisory(db: Reader, id: string): Promise<Advisory | undefined> {
  const row = await db.first(byId({ id }));
  return row && parseStored<Advisory>(row.body);
}
