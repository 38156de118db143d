/**
 * Writing advisories, in batches behind a generation that one last update makes visible. A *family*
 * is one export (`Debian`, `Alpine`). An import of the whole family leaves the records that are
 * equal as they are, adds the others, and takes away what it does not carry; a change touches only
 * the records that it names. A broken import is never seen; its rows go when the next one begins.
 */
import { sql } from 'kysely';
import type { Advisory } from '../domain/advisory.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import type { ImportedSource } from './advisory-rows.ts';
import {
  type EcosystemNames,
  hashOfBody,
  joinNames,
  namesOf,
  type PreparedAdvisory,
} from './prepared-advisory.ts';
import { among, compilable, listedRows, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** An import that was begun. Used by one caller, in order. */
export interface AdvisoryImport {
  readonly id: string;
  readonly family: string;
  readonly generation: number;
  /** The family's published generation when it began; 0: none. */
  readonly base: number;
  /** Records added so far. */
  count: number;
  /** Records added or taken away so far. */
  changed: number;
  /** Added rows by the hash of their bodies. */
  readonly added: Map<string, number>;
  /** Kept and added rows of a whole import. */
  readonly kept: Set<number>;
  /** By how many records each ecosystem has become more. */
  readonly growth: Map<string, number>;
}

/** Advisories of one generation are numbered from generation times this. */
const NUMBERS = 2 ** 24;
/** Rows that are taken away in one transaction. */
export const REMOVED_AT_ONCE = 500;

interface NewAdvisory extends Omit<PreparedAdvisory, 'names' | 'published'> {
  readonly number: number;
  readonly family: string;
  readonly generation: number;
}

type NumberedName = readonly [ecosystem: string, name: string, number: number];

const insertAdvisory = statement((builder, p: NewAdvisory) =>
  builder.insertInto('advisory').values({
    number: p.number,
    family: p.family,
    generation: p.generation,
    id: p.id,
    modified: p.modified,
    body: p.body,
    removed: null,
    hash: p.hash,
  }),
);

/** Names with a number each, in one parameter: as rows they cost more to hand over than to keep. */
const insertEntries = statement((builder, p: { rows: string }) =>
  compilable(
    builder,
    sql`insert into advisory_package (ecosystem, name, advisory)
      select value->>0, value->>1, cast(value->>2 as bigint)
      from ${listedRows(builder, p.rows)} where true on conflict do nothing`,
  ),
);

const insertChanges = statement((builder, p: { rows: string }) =>
  compilable(
    builder,
    sql`insert into advisory_change (ecosystem, name, generation)
      select value->>0, value->>1, cast(value->>2 as bigint)
      from ${listedRows(builder, p.rows)} where true on conflict do nothing`,
  ),
);

const markRemoved = statement((builder, p: { number: number; generation: number }) =>
  builder.updateTable('advisory').set({ removed: p.generation }).where('number', '=', p.number),
);

interface SourceRow extends Omit<ImportedSource, 'complete'> {
  readonly generation: number;
  readonly complete: number;
}

const insertSource = statement((builder, p: SourceRow) =>
  builder.insertInto('advisory_source').values({
    family: p.family,
    generation: p.generation,
    ecosystem: p.ecosystem,
    source: p.source,
    updated: p.updated,
    records: p.records,
    complete: p.complete,
  }),
);

interface OfFamily {
  readonly family: string;
  readonly own: number;
}

/** Visible records of a family, and those that this generation has added. */
const byIds = statement((builder, p: OfFamily & { ids: string }) =>
  builder
    .selectFrom('advisory')
    .innerJoin('advisory_import as added', 'added.generation', 'advisory.generation')
    .leftJoin('advisory_import as undone', 'undone.generation', 'advisory.removed')
    .select(['advisory.number', 'advisory.id', 'advisory.hash', 'advisory.body'])
    .where(among(builder, sql.ref('advisory.id'), { of: 'text', values: p.ids }))
    .where('advisory.family', '=', p.family)
    .where((on) =>
      on.or([on('added.revision', 'is not', null), on('advisory.generation', '=', p.own)]),
    )
    .where('undone.revision', 'is', null)
    .where((on) =>
      on.or([on('advisory.removed', 'is', null), on('advisory.removed', '<>', p.own)]),
    ),
);

const numbersAfter = statement((builder, p: { family: string; after: number; limit: number }) =>
  builder
    .selectFrom('advisory')
    .innerJoin('advisory_import as added', 'added.generation', 'advisory.generation')
    .leftJoin('advisory_import as undone', 'undone.generation', 'advisory.removed')
    .select('advisory.number')
    .where('advisory.family', '=', p.family)
    .where('advisory.number', '>', p.after)
    .where('added.revision', 'is not', null)
    .where('undone.revision', 'is', null)
    .orderBy('advisory.number')
    .limit(p.limit),
);

interface StoredRecord {
  readonly number: number;
  readonly body: string;
}

const bodiesByNumber = statement((builder, p: { numbers: string }) =>
  builder
    .selectFrom('advisory')
    .select(['number', 'body'])
    .where(among(builder, sql.ref('number'), { of: 'bigint', values: p.numbers })),
);

/** Begins an import of a family; an earlier one of it that is still open is refused from now on. */
export async function openImport(
  tx: Tx,
  begun: { readonly id: string; readonly family: string; readonly time: Micros },
): Promise<AdvisoryImport> {
  const { id, family, time } = begun;
  const abandoned = tx.sql.updateTable('advisory_import').set({ id: '' });
  await tx.run(abandoned.where('revision', 'is', null).where('family', '=', family));
  const imports = tx.sql.selectFrom('advisory_import').select('generation');
  const newest = await tx.first(imports.orderBy('generation', 'desc').limit(1));
  const generation = (newest?.generation ?? 0) + 1;
  const row = { generation, id, family, begin_time: time, publish_time: null, revision: null };
  await tx.run(tx.sql.insertInto('advisory_import').values(row));
  const base = await findFamily(tx, family);
  return {
    id,
    family,
    generation,
    base,
    count: 0,
    changed: 0,
    added: new Map(),
    kept: new Set(),
    growth: new Map(),
  };
}

/** Adds records beside those that the family has; the equal ones among these are kept. */
export async function addRecords(
  tx: Tx,
  open: AdvisoryImport,
  advisories: readonly PreparedAdvisory[],
): Promise<void> {
  await refuseAbandoned(tx, open);
  const known = await findKnown(tx, open, advisories);
  const added: NewAdvisory[] = [];
  const changed: EcosystemNames[] = [];
  const entries: NumberedName[] = [];
  for (const { names, ...row } of advisories) {
    const equal = known.get(row.hash) ?? open.added.get(row.hash);
    const number = equal ?? open.generation * NUMBERS + open.count;
    open.kept.add(number);
    if (equal !== undefined) continue;
    open.added.set(row.hash, number);
    open.count += 1;
    added.push({ ...row, number, family: open.family, generation: open.generation });
    entries.push(...numbered(names, number));
    changed.push(...names);
    grow(open, names, 1);
  }
  await tx.runMany(insertAdvisory, added);
  await runNames(tx, insertEntries, entries);
  await noteChanges(tx, open, { names: changed, records: added.length });
}

/** Puts records in the place of the family's records of their ids. */
export async function replaceRecords(
  tx: Tx,
  open: AdvisoryImport,
  advisories: readonly PreparedAdvisory[],
): Promise<void> {
  const last = new Map(advisories.map((advisory) => [advisory.id, advisory]));
  await addRecords(tx, open, [...last.values()]);
  const rows = await findRecords(tx, open, [...last.keys()]);
  await takeAway(
    tx,
    open,
    rows.filter(({ number }) => !open.kept.has(number)),
  );
}

/** Takes the family's records of some ids away; ids that it does not have are passed over. */
export async function removeRecords(
  tx: Tx,
  open: AdvisoryImport,
  ids: readonly string[],
): Promise<void> {
  await refuseAbandoned(tx, open);
  await takeAway(tx, open, await findRecords(tx, open, ids));
}

/**
 * Takes away some of the family's records that a whole import did not carry; answers where to go
 * on, undefined at the end.
 */
export async function removeUncarried(
  tx: Tx,
  open: AdvisoryImport,
  after: number,
): Promise<number | undefined> {
  await refuseAbandoned(tx, open);
  const limit = 10 * REMOVED_AT_ONCE;
  const rows = await tx.all(numbersAfter({ family: open.family, after, limit }));
  const gone = rows.map(({ number }) => number).filter((number) => !open.kept.has(number));
  const part = gone.slice(0, REMOVED_AT_ONCE);
  const bodies = await tx.all(bodiesByNumber({ numbers: listParameter(part) }));
  await takeAway(tx, open, bodies);
  if (part.length < gone.length) return part.at(-1);
  return rows.length < limit ? undefined : rows.at(-1)?.number;
}

/**
 * Makes an import visible with its sources. Refused where the family was changed since it began:
 * it would take away what came meanwhile.
 */
export async function publishImport(
  tx: Tx,
  open: AdvisoryImport,
  published: { readonly sources: readonly ImportedSource[]; readonly time: Micros },
): Promise<void> {
  const { generation, family } = open;
  await refuseAbandoned(tx, open);
  if ((await findFamily(tx, family)) !== open.base) throw overtaken(family);
  const rows = published.sources.map((source) => {
    return { ...source, generation, complete: Number(source.complete) };
  });
  await tx.runMany(insertSource, rows);
  const families = tx.sql.insertInto('advisory_family').values({ family, generation });
  await tx.run(
    families.onConflict((conflict) => conflict.column('family').doUpdateSet({ generation })),
  );
  const revision = tx.sql
    .selectFrom('advisory_import')
    .select(sql<number>`coalesce(max(revision), 0) + 1`.as('next'));
  const next = (await tx.first(revision))?.next ?? 1;
  const done = tx.sql.updateTable('advisory_import').where('generation', '=', generation);
  await tx.run(done.set({ publish_time: published.time, revision: Number(next) }));
  tx.changed();
}

/** The published generation of a family; 0: none. */
async function findFamily(db: Reader, family: string): Promise<number> {
  const families = db.sql.selectFrom('advisory_family').select('generation');
  return (await db.first(families.where('family', '=', family)))?.generation ?? 0;
}

/** Numbers of the family's records by the hash of their bodies; a new family has none. */
async function findKnown(
  tx: Tx,
  open: AdvisoryImport,
  advisories: readonly PreparedAdvisory[],
): Promise<ReadonlyMap<string | null, number>> {
  if (open.base === 0) return new Map();
  const ids = advisories.map(({ id }) => id);
  return new Map((await findRecords(tx, open, ids)).map((row) => [row.hash, row.number]));
}

function findRecords(tx: Tx, { family, generation: own }: AdvisoryImport, ids: readonly string[]) {
  return tx.all(byIds({ family, own, ids: listParameter([...new Set(ids)]) }));
}

async function takeAway(
  tx: Tx,
  open: AdvisoryImport,
  rows: readonly StoredRecord[],
): Promise<void> {
  const { generation } = open;
  const gone = rows.map(({ body }) => namesOf(parseStored<Advisory>(body)));
  await tx.runMany(
    markRemoved,
    rows.map(({ number }) => ({ number, generation })),
  );
  for (const names of gone) grow(open, names, -1);
  // The same record may come again later.
  for (const { body } of rows) open.added.delete(hashOfBody(body));
  await noteChanges(tx, open, { names: gone.flat(), records: rows.length });
}

function grow({ growth }: AdvisoryImport, names: readonly EcosystemNames[], by: number): void {
  for (const { ecosystem } of names) growth.set(ecosystem, (growth.get(ecosystem) ?? 0) + by);
}

function numbered(names: readonly EcosystemNames[], number: number): NumberedName[] {
  return names.flatMap((of) => of.names.map((name): NumberedName => [of.ecosystem, name, number]));
}

async function noteChanges(
  tx: Tx,
  open: AdvisoryImport,
  { names, records }: { readonly names: readonly EcosystemNames[]; readonly records: number },
): Promise<void> {
  open.changed += records;
  await runNames(tx, insertChanges, numbered(joinNames(names), open.generation));
}

async function runNames(
  tx: Tx,
  insert: typeof insertEntries,
  rows: readonly NumberedName[],
): Promise<void> {
  if (rows.length > 0) await tx.run(insert({ rows: listParameter(rows) }));
}

async function refuseAbandoned(tx: Tx, { id, family, generation }: AdvisoryImport): Promise<void> {
  const rows = tx.sql.selectFrom('advisory_import').select('id');
  const row = await tx.first(rows.where('generation', '=', generation));
  if (row?.id !== id) throw overtaken(family);
}

function overtaken(family: string): AssayError {
  return new AssayError(
    'aborted',
    `another import of advisories of ${family} came meanwhile, so this one was dropped; ` +
      'run it again',
  );
}
