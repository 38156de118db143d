/**
 * Advisories as they are read. Each record says which generation brought it and which took it away:
 * it is visible when the first is published and the second is not, so that one last update of an
 * import makes all of its changes visible together. How they are written: advisory-import-rows.ts.
 */
import type { Advisory, AdvisorySource } from '../domain/advisory.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** A source that an import carries, with its family. */
export interface ImportedSource extends AdvisorySource {
  readonly family: string;
}

/** What candidates are looked up by. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
}

const candidates = statement((sql, p: AdvisoryKey) =>
  sql
    .selectFrom('advisory_package')
    .innerJoin('advisory', 'advisory.number', 'advisory_package.advisory')
    .innerJoin('advisory_import as added', 'added.generation', 'advisory.generation')
    .leftJoin('advisory_import as undone', 'undone.generation', 'advisory.removed')
    .select(['advisory.number', 'advisory.body'])
    .where('advisory_package.ecosystem', '=', p.ecosystem)
    .where('advisory_package.name', '=', p.name)
    .where('added.revision', 'is not', null)
    .where('undone.revision', 'is', null)
    .orderBy('advisory.number'),
);

/** The revision of what is published; 0: nothing. Rises with each publication. */
export async function findAdvisoryGeneration(db: Reader): Promise<number> {
  return (await db.first(newest({})))?.revision ?? 0;
}

const newest = statement((sql) =>
  sql
    .selectFrom('advisory_import')
    .select('revision')
    .where('revision', 'is not', null)
    .orderBy('revision', 'desc')
    .limit(1),
);

/** When a revision was published; undefined where there is none. */
export async function findPublishTime(db: Reader, revision: number): Promise<Micros | undefined> {
  const imports = db.sql.selectFrom('advisory_import').select('publish_time');
  return (await db.first(imports.where('revision', '=', revision)))?.publish_time ?? undefined;
}

/** The visible advisories that speak of a package name in an ecosystem, for each key in order. */
export async function findAdvisories(
  db: Reader,
  keys: readonly AdvisoryKey[],
): Promise<Advisory[][]> {
  const read = new Map<number, Advisory>();
  const found = new Map<string, Advisory[]>();
  const lists: Advisory[][] = [];
  for (const key of keys) {
    const id = `${key.ecosystem}\n${key.name}`;
    const known = found.get(id);
    const rows = known === undefined ? await db.all(candidates(key)) : [];
    const list = known ?? rows.map(({ number, body }) => parsedOnce(read, number, body));
    found.set(id, list);
    lists.push(list);
  }
  return lists;
}

/** The visible sources by ecosystem and source. */
export async function listAdvisorySources(db: Reader): Promise<ImportedSource[]> {
  const rows = await db.all(
    db.sql
      .selectFrom('advisory_source')
      .innerJoin('advisory_family', (join) =>
        join
          .onRef('advisory_family.family', '=', 'advisory_source.family')
          .onRef('advisory_family.generation', '=', 'advisory_source.generation'),
      )
      .select(['advisory_source.family', 'ecosystem', 'source', 'updated', 'records', 'complete'])
      .orderBy('ecosystem')
      .orderBy('source'),
  );
  return rows.map((row) => ({ ...row, complete: row.complete === 1 }));
}

function parsedOnce(read: Map<number, Advisory>, number: number, body: string): Advisory {
  const known = read.get(number);
  if (known !== undefined) return known;
  const parsed = parseStored<Advisory>(body);
  read.set(number, parsed);
  return parsed;
}
