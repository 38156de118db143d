/**
 * What came of fetching advisories, by publication: shared by all replicas, so that whoever goes on
 * asks for what changed since, and everybody can say how old the data are.
 */
import type { FeedMemo, FeedState } from '../domain/advisory-feed.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { chunksOf, formatStored, parseStored } from './stored-json.ts';

/** A success to be kept. */
export interface FeedSuccess {
  readonly name: string;
  readonly time: Micros;
  readonly memo: FeedMemo;
  /** Absent: as many as before, and those that were added. */
  readonly records?: number;
  readonly added?: number;
}

const byName = statement((sql, p: { name: string }) =>
  sql.selectFrom('advisory_feed').selectAll().where('name', '=', p.name),
);

interface SuccessRow {
  readonly name: string;
  readonly time: Micros;
  readonly records: number | null;
  readonly body: string;
}

const succeed = statement((sql, p: SuccessRow) =>
  sql
    .insertInto('advisory_feed')
    .values({
      name: p.name,
      attempt_time: p.time,
      success_time: p.time,
      problem: null,
      failures: 0,
      failures_ever: 0,
      records: p.records,
      body: p.body,
    })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((kept) => ({
        attempt_time: kept.ref('excluded.attempt_time'),
        success_time: kept.ref('excluded.success_time'),
        problem: null,
        failures: 0,
        records: kept.ref('excluded.records'),
        body: kept.ref('excluded.body'),
      })),
    ),
);

const fail = statement((sql, p: { name: string; time: Micros; problem: string; body: string }) =>
  sql
    .insertInto('advisory_feed')
    .values({
      name: p.name,
      attempt_time: p.time,
      success_time: null,
      problem: p.problem,
      failures: 1,
      failures_ever: 1,
      records: null,
      body: p.body,
    })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((kept) => ({
        attempt_time: kept.ref('excluded.attempt_time'),
        problem: kept.ref('excluded.problem'),
        failures: kept('advisory_feed.failures', '+', 1),
        failures_ever: kept('advisory_feed.failures_ever', '+', 1),
      })),
    ),
);

/** What is known of a publication, to ask for its changes; undefined: it was never taken. */
export async function findFeedMemo(db: Reader, name: string): Promise<FeedMemo | undefined> {
  const row = await db.first(byName({ name }));
  if (row === undefined || row.success_time === null) return undefined;
  return parseStored<FeedMemo>(row.body);
}

/** Keeps that a publication was brought up to date. */
export async function saveFeedSuccess(tx: Tx, success: FeedSuccess): Promise<void> {
  const { name, time, memo } = success;
  const before = await tx.first(byName({ name }));
  const known = before?.records ?? null;
  const more = known === null ? null : known + (success.added ?? 0);
  const records = success.records ?? more;
  await tx.run(succeed({ name, time, records, body: formatStored(memo) }));
}

/** Keeps that one was not; what is known of it stays. */
export async function saveFeedFailure(
  tx: Tx,
  {
    name,
    time,
    problem,
  }: { readonly name: string; readonly time: Micros; readonly problem: string },
): Promise<void> {
  await tx.run(fail({ name, time, problem, body: formatStored({ url: '' }) }));
}

/** Every publication that was ever tried, by name. */
export async function listFeeds(db: Reader): Promise<FeedState[]> {
  const rows = await db.all(db.sql.selectFrom('advisory_feed').selectAll().orderBy('name'));
  return rows.map((row) => ({
    name: row.name,
    lastAttempt: row.attempt_time,
    ...(row.success_time !== null && { lastSuccess: row.success_time }),
    ...(row.problem !== null && { problem: row.problem }),
    failures: row.failures,
    failuresEver: row.failures_ever,
    ...(row.records !== null && { records: row.records }),
  }));
}

/** The generation in force of a family; 0: none. */
export async function findFamilyGeneration(db: Reader, family: string): Promise<number> {
  const rows = db.sql.selectFrom('advisory_family').select('generation');
  return (await db.first(rows.where('family', '=', family)))?.generation ?? 0;
}

/** The newest change of each of some advisories that a family has in force. */
export async function listAdvisoryTimes(
  db: Reader,
  family: string,
  ids: readonly string[],
): Promise<Map<string, Micros>> {
  const times = new Map<string, Micros>();
  for (const chunk of chunksOf(ids, CHUNK)) {
    const rows = await db.all(
      db.sql
        .selectFrom('advisory')
        .innerJoin('advisory_import as added', 'added.generation', 'advisory.generation')
        .leftJoin('advisory_import as undone', 'undone.generation', 'advisory.removed')
        .select(['advisory.id', 'advisory.modified'])
        .where('advisory.family', '=', family)
        .where('advisory.id', 'in', chunk)
        .where('added.revision', 'is not', null)
        .where('undone.revision', 'is', null),
    );
    for (const { id, modified } of rows) times.set(id, modified);
  }
  return times;
}

/** Says of a family's data in force that they are whole up to a time. */
export async function confirmSources(
  tx: Tx,
  { family, asOf }: { readonly family: string; readonly asOf: Micros },
): Promise<void> {
  const generation = await findFamilyGeneration(tx, family);
  const sources = tx.sql.updateTable('advisory_source').set({ updated: asOf });
  const own = sources.where('family', '=', family).where('generation', '=', generation);
  await tx.run(own.where('updated', '<', asOf));
}

/** Texts bound in one query. */
const CHUNK = 500;
