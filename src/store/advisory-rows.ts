/**
 * Advisories, imported in batches behind a generation number. A *family* is one export (`Debian`,
 * `Alpine`): publishing an import replaces exactly the families that it carries, all in one
 * transaction, and leaves the others as they are. Readers join on the published generation, so a
 * broken import is never seen; its rows are removed when the next one begins.
 */
import type { Advisory, AdvisorySource } from '../domain/advisory.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Store, Tx } from './store-contract.ts';
import { chunksOf, formatStored, parseStored } from './stored-json.ts';

/** An import that was begun. Used by one caller, in order. */
export interface AdvisoryImport {
  readonly id: string;
  readonly generation: number;
  /** Advisories added so far. */
  count: number;
}

/** A source that an import carries, with the family whose earlier sources it replaces. */
export interface ImportedSource extends AdvisorySource {
  readonly family: string;
}

/** What candidates are looked up by. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
}

/** Advisories of one generation are numbered from generation times this. */
const NUMBERS = 2 ** 24;
/** Advisories written or removed per transaction, so that others can write between. */
const BATCH = 500;

interface NewAdvisory {
  readonly number: number;
  readonly family: string;
  readonly generation: number;
  readonly id: string;
  readonly modified: Micros;
  readonly body: string;
}

const insertAdvisory = statement((sql, p: NewAdvisory) =>
  sql.insertInto('advisory').values({
    number: p.number,
    family: p.family,
    generation: p.generation,
    id: p.id,
    modified: p.modified,
    body: p.body,
  }),
);

interface Entry extends AdvisoryKey {
  readonly advisory: number;
}

const insertEntry = statement((sql, p: Entry) =>
  sql
    .insertInto('advisory_package')
    .values({ ecosystem: p.ecosystem, name: p.name, advisory: p.advisory })
    .onConflict((conflict) => conflict.doNothing()),
);

const deleteEntry = statement((sql, p: Entry) =>
  sql
    .deleteFrom('advisory_package')
    .where('ecosystem', '=', p.ecosystem)
    .where('name', '=', p.name)
    .where('advisory', '=', p.advisory),
);

const deleteAdvisory = statement((sql, p: { number: number }) =>
  sql.deleteFrom('advisory').where('number', '=', p.number),
);

const insertSource = statement((sql, p: ImportedSource & { generation: number }) =>
  sql.insertInto('advisory_source').values({
    family: p.family,
    generation: p.generation,
    ecosystem: p.ecosystem,
    source: p.source,
    updated: p.updated,
    records: p.records,
  }),
);

const publishFamily = statement((sql, p: { family: string; generation: number }) =>
  sql
    .insertInto('advisory_family')
    .values({ family: p.family, generation: p.generation })
    .onConflict((conflict) =>
      conflict
        .column('family')
        .doUpdateSet((kept) => ({ generation: kept.ref('excluded.generation') })),
    ),
);

const candidates = statement((sql, p: AdvisoryKey) =>
  sql
    .selectFrom('advisory_package')
    .innerJoin('advisory', 'advisory.number', 'advisory_package.advisory')
    .innerJoin('advisory_family', (join) =>
      join
        .onRef('advisory_family.family', '=', 'advisory.family')
        .onRef('advisory_family.generation', '=', 'advisory.generation'),
    )
    .select(['advisory.number', 'advisory.body'])
    .where('advisory_package.ecosystem', '=', p.ecosystem)
    .where('advisory_package.name', '=', p.name)
    .orderBy('advisory.number'),
);

/**
 * Begins an import and removes what broken or replaced ones left. One at a time: an earlier one
 * that is still open is refused from now on.
 */
export async function beginAdvisoryImport(
  store: Store,
  begun: { id: string; time: Micros },
): Promise<AdvisoryImport> {
  const generation = await store.write((tx) => openImport(tx, begun));
  await removeStaleAdvisories(store);
  return { id: begun.id, generation, count: 0 };
}

/** Adds advisories of a family to an import; nobody sees them yet. */
export async function addAdvisories(
  store: Store,
  open: AdvisoryImport,
  added: { family: string; advisories: readonly Advisory[] },
): Promise<void> {
  for (const chunk of chunksOf(added.advisories, BATCH)) {
    const first = open.generation * NUMBERS + open.count;
    open.count += chunk.length;
    const rows = chunk.map((advisory, index) =>
      toRow(advisory, first + index, { ...open, ...added }),
    );
    const entries = chunk.flatMap((advisory, index) => entriesOf(advisory, first + index));
    await store.write(async (tx) => {
      await refuseAbandoned(tx, open);
      await tx.runMany(insertAdvisory, rows);
      await tx.runMany(insertEntry, entries);
    });
  }
}

/**
 * Makes an import visible with its sources, replacing the families that it carries; `alongside`
 * writes in the same transaction.
 */
export async function publishAdvisoryImport(
  store: Store,
  open: AdvisoryImport,
  published: {
    readonly sources: readonly ImportedSource[];
    readonly time: Micros;
    readonly alongside?: (tx: Tx) => Promise<void>;
  },
): Promise<void> {
  const { generation } = open;
  const families = [...new Set(published.sources.map(({ family }) => family))];
  await store.write(async (tx) => {
    await refuseAbandoned(tx, open);
    await tx.runMany(
      insertSource,
      published.sources.map((source) => ({ ...source, generation })),
    );
    await tx.runMany(
      publishFamily,
      families.map((family) => ({ family, generation })),
    );
    const done = tx.sql.updateTable('advisory_import').set({ publish_time: published.time });
    await tx.run(done.where('generation', '=', generation));
    await published.alongside?.(tx);
    tx.changed();
  });
  await removeStaleAdvisories(store);
}

/** The generation of the newest published import; 0: none. Rises with each publication. */
export async function findAdvisoryGeneration(db: Reader): Promise<number> {
  const newest = db.sql
    .selectFrom('advisory_family')
    .select('generation')
    .orderBy('generation', 'desc')
    .limit(1);
  return (await db.first(newest))?.generation ?? 0;
}

/** The visible advisories that speak of a package name in an ecosystem, for each key in order. */
export async function findAdvisories(
  db: Reader,
  keys: readonly AdvisoryKey[],
): Promise<Advisory[][]> {
  const read = new Map<number, Advisory>();
  const found: Advisory[][] = [];
  for (const key of keys) {
    const rows = await db.all(candidates(key));
    found.push(rows.map(({ number, body }) => parsedOnce(read, number, body)));
  }
  return found;
}

/** The visible sources by ecosystem and source. */
export function listAdvisorySources(db: Reader): Promise<ImportedSource[]> {
  return db.all(
    db.sql
      .selectFrom('advisory_source')
      .innerJoin('advisory_family', (join) =>
        join
          .onRef('advisory_family.family', '=', 'advisory_source.family')
          .onRef('advisory_family.generation', '=', 'advisory_source.generation'),
      )
      .select(['advisory_source.family', 'ecosystem', 'source', 'updated', 'records'])
      .orderBy('ecosystem')
      .orderBy('source'),
  );
}

function parsedOnce(read: Map<number, Advisory>, number: number, body: string): Advisory {
  const known = read.get(number);
  if (known !== undefined) return known;
  const parsed = parseStored<Advisory>(body);
  read.set(number, parsed);
  return parsed;
}

/** Ends the imports that never came to publication and opens the next generation, in one. */
async function openImport(tx: Tx, { id, time }: { id: string; time: Micros }): Promise<number> {
  const abandoned = tx.sql.updateTable('advisory_import').set({ id: '' });
  await tx.run(abandoned.where('publish_time', 'is', null));
  const imports = tx.sql.selectFrom('advisory_import').select('generation');
  const newest = await tx.first(imports.orderBy('generation', 'desc').limit(1));
  const generation = (newest?.generation ?? 0) + 1;
  const row = { generation, id, begin_time: time, publish_time: null };
  await tx.run(tx.sql.insertInto('advisory_import').values(row));
  return generation;
}

async function refuseAbandoned(tx: Tx, { id, generation }: AdvisoryImport): Promise<void> {
  const rows = tx.sql.selectFrom('advisory_import').select('id');
  const row = await tx.first(rows.where('generation', '=', generation));
  if (row?.id === id) return;
  throw new AssayError(
    'aborted',
    'another import of advisories began meanwhile, so this one was dropped; run it again',
  );
}

/**
 * Removes advisories that no family's published generation holds, a bounded batch at a time; those
 * of an open import stay, for another process may be filling it.
 */
async function removeStaleAdvisories(store: Store): Promise<void> {
  const stale = await staleGenerations(store);
  for (const place of stale) {
    while ((await store.write((tx) => removeBatch(tx, place))) === BATCH);
  }
}

interface StalePlace {
  readonly family: string;
  readonly generation: number;
}

async function staleGenerations(db: Reader): Promise<StalePlace[]> {
  const rows = await db.all(
    db.sql
      .selectFrom('advisory')
      .leftJoin('advisory_family', (join) =>
        join
          .onRef('advisory_family.family', '=', 'advisory.family')
          .onRef('advisory_family.generation', '=', 'advisory.generation'),
      )
      .leftJoin('advisory_import', 'advisory_import.generation', 'advisory.generation')
      .select(['advisory.generation', 'advisory.family'])
      .where('advisory_family.family', 'is', null)
      .where((on) =>
        on.or([
          on('advisory_import.id', 'is', null),
          on('advisory_import.id', '=', ''),
          on('advisory_import.publish_time', 'is not', null),
        ]),
      )
      .groupBy(['advisory.generation', 'advisory.family'])
      .orderBy('advisory.generation'),
  );
  return rows;
}

async function removeBatch(tx: Tx, { family, generation }: StalePlace): Promise<number> {
  const rows = await tx.all(
    tx.sql
      .selectFrom('advisory')
      .select(['number', 'body'])
      .where('generation', '=', generation)
      .where('family', '=', family)
      .orderBy('number')
      .limit(BATCH),
  );
  const entries = rows.flatMap(({ number, body }) =>
    entriesOf(parseStored<Advisory>(body), number),
  );
  await tx.runMany(deleteEntry, entries);
  await tx.runMany(deleteAdvisory, rows);
  const sources = tx.sql.deleteFrom('advisory_source').where('family', '=', family);
  await tx.run(sources.where('generation', '=', generation));
  return rows.length;
}

function entriesOf(advisory: Advisory, number: number): Entry[] {
  return advisory.affected.map(({ ecosystem, name }) => ({ ecosystem, name, advisory: number }));
}

function toRow(
  advisory: Advisory,
  number: number,
  { family, generation }: StalePlace,
): NewAdvisory {
  const { id, modified } = advisory;
  return { number, family, generation, id, modified, body: formatStored(advisory) };
}
