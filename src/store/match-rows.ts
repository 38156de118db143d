/**
 * Matches: one row per package version and advisory, written only by the matcher. Each package says
 * which revision of advisories its matches were computed from, and the hash of them: where they
 * come out the same, none is written again.
 */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Match } from '../domain/advisory.ts';
import { SEVERITIES, severityRank } from '../domain/severity.ts';
import type { Micros } from '../domain/time.ts';
import { among, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import { isStale } from './stale-sql.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** The matches of one package version. */
export interface PackageMatches {
  readonly packageId: number;
  /** The revision of advisories that they were computed from; 0: never matched. */
  readonly generation: number;
  readonly matches: readonly Match[];
  /** Set where some could not be decided: it is matched whenever it is asked about. */
  readonly undecided?: boolean;
}

/** The matches of one package version as they are kept. */
export interface KeptMatches extends Omit<PackageMatches, 'undecided'> {
  /** Whether they are to be made anew. */
  readonly stale: boolean;
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

const upsertMatch = statement((builder, p: MatchRow) =>
  builder
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

const removeMatch = statement((builder, p: { package: number; advisory_id: string }) =>
  builder
    .deleteFrom('package_match')
    .where('package', '=', p.package)
    .where('advisory_id', '=', p.advisory_id),
);

interface Matched {
  readonly packageId: number;
  readonly generation: number;
  readonly undecided: number;
  readonly hash: string;
  readonly counts: string;
}

const markMatched = statement((builder, p: Matched) =>
  builder
    .updateTable('package')
    .set({
      matched_generation: p.generation,
      undecided: p.undecided,
      matches_hash: p.hash,
      counts: p.counts,
    })
    .where('id', '=', p.packageId),
);

interface ById {
  readonly ids: string;
}

const statesById = statement((builder, p: ById) =>
  builder
    .selectFrom('package')
    .select(['id', 'matched_generation', 'matches_hash'])
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids })),
);

const idsOfMatches = statement((builder, p: ById) =>
  builder
    .selectFrom('package_match')
    .select(['package', 'advisory_id'])
    .where(among(builder, sql.ref('package'), { of: 'bigint', values: p.ids })),
);

/**
 * Keeps the matches of packages, computed from one revision of advisories; earlier ones that no
 * longer hold go, those that still hold keep the time of their first match. Matches of a later
 * revision stay as they are: what is older than they is dropped. Answers whose matches changed.
 */
export async function saveMatches(
  tx: Tx,
  given: readonly PackageMatches[],
  time: Micros,
): Promise<readonly number[]> {
  const ids = listParameter(given.map(({ packageId }) => packageId));
  const states = new Map((await tx.all(statesById({ ids }))).map((row) => [row.id, row]));
  const newer = given.filter(
    (one) => (states.get(one.packageId)?.matched_generation ?? 0) <= one.generation,
  );
  const matched = newer.map((one) => ({ ...one, ...printMatches(one.matches) }));
  const changed = matched.filter((one) => states.get(one.packageId)?.matches_hash !== one.hash);
  await replaceMatches(tx, changed, time);
  await tx.runMany(
    markMatched,
    matched.map((one) => ({ ...one, undecided: one.undecided === true ? 1 : 0 })),
  );
  if (changed.length > 0) tx.changed();
  return changed.map(({ packageId }) => packageId);
}

type Printed = PackageMatches & ReturnType<typeof printMatches>;

async function replaceMatches(tx: Tx, changed: readonly Printed[], time: Micros): Promise<void> {
  if (changed.length === 0) return;
  const wanted = new Map(
    changed.map(({ packageId, matches }) => [
      packageId,
      new Set(matches.map(({ advisoryId }) => advisoryId)),
    ]),
  );
  const ids = listParameter([...wanted.keys()]);
  const kept = await tx.all(idsOfMatches({ ids }));
  await tx.runMany(
    removeMatch,
    kept.filter((row) => wanted.get(row.package)?.has(row.advisory_id) !== true),
  );
  await tx.runMany(
    upsertMatch,
    changed.flatMap(({ packageId, generation, matches, bodies }) =>
      matches.map((match, index): MatchRow => ({
        packageId,
        generation,
        time,
        advisoryId: match.advisoryId,
        severity: severityRank(match.severity),
        fixable: match.fixedVersion === undefined ? 0 : 1,
        body: bodies[index] ?? '',
      })),
    ),
  );
}

const matchesById = statement((builder, p: ById) =>
  builder
    .selectFrom('package_match')
    .select(['package', 'body'])
    .where(among(builder, sql.ref('package'), { of: 'bigint', values: p.ids }))
    .orderBy('package')
    .orderBy('advisory_id'),
);

const freshnessById = statement((builder, p: ById) =>
  builder
    .selectFrom('package')
    .select(['id', 'matched_generation', isStale().as('stale')])
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids })),
);

/** The kept matches of packages, in the order of the ids given; unknown ids are left out. */
export async function findMatches(
  db: Reader,
  packageIds: readonly number[],
): Promise<KeptMatches[]> {
  const wanted = [...new Set(packageIds)];
  const ids = listParameter(wanted);
  const found = await db.all(freshnessById({ ids }));
  const packages = new Map(found.map((row) => [row.id, row]));
  const matches = Map.groupBy(await db.all(matchesById({ ids })), (row) => row.package);
  return wanted.flatMap((packageId) => {
    const row = packages.get(packageId);
    if (row === undefined) return [];
    const own = (matches.get(packageId) ?? []).map(({ body }) => parseStored<Match>(body));
    const stale = row.stale === 1;
    return [{ packageId, generation: row.matched_generation, stale, matches: own }];
  });
}

/** Has every package matched anew, the earlier matches standing until then. */
export async function forgetMatched(tx: Tx): Promise<void> {
  await tx.run(tx.sql.updateTable('package').set({ matched_generation: 0 }));
}

/** The texts of matches, their hash, and how many there are of each severity rank. */
function printMatches(matches: readonly Match[]): {
  readonly bodies: readonly string[];
  readonly hash: string;
  readonly counts: string;
} {
  const bodies = matches.map((match) => formatStored(match));
  const counts = SEVERITIES.map(
    (_, rank) => matches.filter(({ severity }) => severityRank(severity) === rank).length,
  );
  const digest = hash('sha256', bodies.join('\n'), 'base64url');
  return { bodies, hash: digest, counts: matches.length === 0 ? '' : counts.join(',') };
}
