/**
 * Matches: one row per package version and advisory, written only by the matcher. Each package
 * says which advisory generation its matches were computed from; an older one is to be matched
 * anew.
 */
import type { Match } from '../domain/advisory.ts';
import { severityRank } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { chunksOf, formatStored, parseStored } from './stored-json.ts';

/** The matches of one package version. */
export interface PackageMatches {
  readonly packageId: number;
  /** The advisory generation that they were computed from; 0: never matched. */
  readonly generation: number;
  readonly matches: readonly Match[];
}

interface MatchRow {
  readonly packageId: number;
  readonly advisoryId: string;
  readonly generation: number;
  readonly severity: number;
  readonly fixable: number;
  readonly time: Micros;
  readonly body: string;
}

const CHUNK = 200;

const upsertMatch = statement((sql, p: MatchRow) =>
  sql
    .insertInto('package_match')
    .values({
      package: p.packageId,
      advisory_id: p.advisoryId,
      generation: p.generation,
      severity: p.severity,
      fixable: p.fixable,
      first_time: p.time,
      change_time: p.time,
      body: p.body,
    })
    .onConflict((conflict) =>
      conflict.columns(['package', 'advisory_id']).doUpdateSet((kept) => ({
        generation: kept.ref('excluded.generation'),
        severity: kept.ref('excluded.severity'),
        fixable: kept.ref('excluded.fixable'),
        body: kept.ref('excluded.body'),
        change_time: kept
          .case()
          .when('package_match.body', '=', kept.ref('excluded.body'))
          .then(kept.ref('package_match.change_time'))
          .else(kept.ref('excluded.change_time'))
          .end(),
      })),
    ),
);

interface Matched {
  readonly packageId: number;
  readonly generation: number;
}

const removeOlder = statement((sql, p: Matched) =>
  sql
    .deleteFrom('package_match')
    .where('package', '=', p.packageId)
    .where('generation', '<', p.generation),
);

const markMatched = statement((sql, p: Matched) =>
  sql
    .updateTable('package')
    .set({ matched_generation: p.generation })
    .where('id', '=', p.packageId)
    .where('matched_generation', '<', p.generation),
);

/**
 * Keeps the matches of packages, computed from one generation; earlier ones that no longer hold
 * go, those that still hold keep the time of their first match. Matches of a later generation stay
 * as they are: what is older than they is dropped.
 */
export async function saveMatches(
  tx: Tx,
  given: readonly PackageMatches[],
  time: Micros,
): Promise<void> {
  const kept = await findGenerations(
    tx,
    given.map((one) => one.packageId),
  );
  const matched = given.filter((one) => (kept.get(one.packageId) ?? 0) <= one.generation);
  const rows = matched.flatMap(({ packageId, generation, matches }) =>
    matches.map((match) => toRow(match, { packageId, generation, time })),
  );
  await tx.runMany(upsertMatch, rows);
  await tx.runMany(removeOlder, matched);
  await tx.runMany(markMatched, matched);
}

/** The kept matches of packages, in the order of the ids given; unknown ids are left out. */
export async function findMatches(
  db: Reader,
  packageIds: readonly number[],
): Promise<PackageMatches[]> {
  const found: PackageMatches[] = [];
  for (const chunk of chunksOf([...new Set(packageIds)], CHUNK)) {
    found.push(...(await findChunk(db, chunk)));
  }
  return found;
}

async function findGenerations(
  db: Reader,
  ids: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for (const chunk of chunksOf([...new Set(ids)], CHUNK)) {
    const packages = db.sql.selectFrom('package').select(['id', 'matched_generation']);
    const rows = await db.all(packages.where('id', 'in', chunk));
    for (const row of rows) found.set(row.id, row.matched_generation);
  }
  return found;
}

async function findChunk(db: Reader, ids: readonly number[]): Promise<PackageMatches[]> {
  const generations = await findGenerations(db, ids);
  const rows = await db.all(
    db.sql
      .selectFrom('package_match')
      .select(['package', 'body'])
      .where('package', 'in', ids)
      .orderBy('package')
      .orderBy('advisory_id'),
  );
  const matches = Map.groupBy(rows, (row) => row.package);
  return ids.flatMap((packageId) => {
    const generation = generations.get(packageId);
    if (generation === undefined) return [];
    const own = (matches.get(packageId) ?? []).map(({ body }) => parseStored<Match>(body));
    return [{ packageId, generation, matches: own }];
  });
}

function toRow(match: Match, matched: Matched & { time: Micros }): MatchRow {
  const { advisoryId, fixedVersion } = match;
  const severity = severityRank(match.severity);
  const fixable = fixedVersion === undefined ? 0 : 1;
  return { ...matched, advisoryId, severity, fixable, body: formatStored(match) };
}
