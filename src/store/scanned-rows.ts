/**
 * What scans found, piece by piece: an image's members, the packages of some of them, their
 * matches. Everything is read by keys, so that a page or a look-up reads no more than it answers.
 */
import { sql } from 'kysely';
import type { Match } from '../domain/advisory.ts';
import type { Digest } from '../domain/digest.ts';
import type {
  PackageOrigin,
  ScanProblem,
  ScanStatus,
  SystemRelease,
} from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { jsonDialect } from './json-sql.ts';
import type { PackageVersion } from './package-rows.ts';
import { among, runnable } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** A package of an image, and the file that it was read from. */
export interface ImageMember {
  readonly packageId: number;
  readonly path: string;
  readonly origin: PackageOrigin;
}

/** What an image holds, without its packages themselves. */
export interface ImageContents {
  readonly readTime: Micros;
  /** By (package id, path), each once. */
  readonly members: readonly ImageMember[];
}

/** How an image was read. */
export interface ImageReading {
  readonly status: ScanStatus;
  readonly problems: readonly ScanProblem[];
  readonly system?: SystemRelease;
}

/** A package version with the advisory generation that its matches are of. */
export interface MatchedVersion {
  readonly packageId: number;
  readonly version: PackageVersion;
  readonly generation: number;
}

/** A match of a package, and since when. */
export interface TimedMatch {
  readonly packageId: number;
  readonly match: Match;
  readonly firstTime: Micros;
  readonly changeTime: Micros;
}

const contentsByDigest = statement((builder, p: { digest: string }) =>
  builder
    .selectFrom('image')
    .innerJoin('package_set', 'package_set.id', 'image.package_set')
    .select(['image.read_time', 'package_set.members'])
    .where('image.digest', '=', p.digest),
);

const readingByDigest = statement((builder, p: { digest: string }) =>
  builder
    .selectFrom('image')
    .innerJoin('package_set', 'package_set.id', 'image.package_set')
    .select(['image.status', 'image.body as image_body', 'package_set.body as set_body'])
    .where('image.digest', '=', p.digest),
);

/** What an image holds; undefined where it was not read. */
export async function findImageContents(
  db: Reader,
  digest: Digest,
): Promise<ImageContents | undefined> {
  const row = await db.first(contentsByDigest({ digest }));
  return row && { readTime: row.read_time, members: readMembers(row.members) };
}

/** How an image was read; undefined where it was not. */
export async function findImageReading(
  db: Reader,
  digest: Digest,
): Promise<ImageReading | undefined> {
  const row = await db.first(readingByDigest({ digest }));
  if (row === undefined) return undefined;
  const { problems } = parseStored<{ problems: readonly ScanProblem[] }>(row.image_body);
  const { system } = parseStored<{ system?: SystemRelease }>(row.set_body);
  const status = row.status as ScanStatus;
  return { status, problems, ...(system !== undefined && { system }) };
}

/** Packages by their ids, of some names only where names are given; in no order. */
export async function findVersions(
  db: Reader,
  ids: readonly number[],
  names?: ReadonlySet<string>,
): Promise<MatchedVersion[]> {
  if (ids.length === 0) return [];
  const dialect = jsonDialect(db.sql);
  const named = names === undefined ? sql`1 = 1` : among(dialect, sql.ref('name'), [...names]);
  const rows = await db.all(
    runnable(sql<{ id: number; body: string; matched_generation: number }>`
      select id, body, matched_generation from package
      where ${among(dialect, sql.ref('id'), ids)} and ${named}`),
  );
  return rows.map((row) => ({
    packageId: row.id,
    version: parseStored<PackageVersion>(row.body),
    generation: row.matched_generation,
  }));
}

/** The ecosystems of packages, and the ids of those whose matches are of another generation. */
export async function findEcosystems(
  db: Reader,
  ids: readonly number[],
  generation: number,
): Promise<{ readonly ecosystems: readonly string[]; readonly stale: readonly number[] }> {
  const rows = await db.all(
    runnable(sql<{ id: number; ecosystem: string; matched_generation: number }>`
      select id, ecosystem, matched_generation from package
      where ${among(jsonDialect(db.sql), sql.ref('id'), ids)}`),
  );
  const stale = rows.filter((row) => row.matched_generation !== generation);
  return {
    ecosystems: [...new Set(rows.map(({ ecosystem }) => ecosystem))].filter((one) => one !== ''),
    stale: stale.map(({ id }) => id),
  };
}

/** Those of some packages whose matches are of another generation than the one in force. */
export async function findStaleVersions(
  db: Reader,
  ids: readonly number[],
  generation: number,
): Promise<MatchedVersion[]> {
  const rows = await db.all(
    runnable(sql<{ id: number }>`select id from package
      where ${among(jsonDialect(db.sql), sql.ref('id'), ids)}
      and matched_generation <> ${generation}`),
  );
  return findVersions(
    db,
    rows.map(({ id }) => id),
  );
}

/** Which matches: of some packages, after a place, of some severities and advisories. */
export interface MatchList {
  readonly packages: readonly number[];
  readonly after: { readonly packageId: number; readonly advisoryId: string };
  readonly severities: readonly number[];
  readonly advisories?: readonly string[] | undefined;
  readonly limit: number;
}

interface MatchRow {
  readonly package: number;
  readonly body: string;
  readonly first_time: Micros;
  readonly change_time: Micros;
}

/** Matches by (package id, advisory id). */
export async function listMatches(db: Reader, list: MatchList): Promise<TimedMatch[]> {
  const { packageId, advisoryId } = list.after;
  const dialect = jsonDialect(db.sql);
  const { advisories } = list;
  const of =
    advisories === undefined ? sql`1 = 1` : among(dialect, sql.ref('advisory_id'), advisories);
  const rows = await db.all(
    runnable(sql<MatchRow>`select package, body, first_time, change_time from package_match
      where ${among(dialect, sql.ref('package'), list.packages)}
      and (package, advisory_id) > (${packageId}, ${advisoryId})
      and ${among(dialect, sql.ref('severity'), list.severities)} and ${of}
      order by package, advisory_id limit ${list.limit}`),
  );
  return rows.map(toTimedMatch);
}

/** How many matches of a severity a package has, and how many of those have a fix. */
export interface MatchCount {
  readonly packageId: number;
  readonly severity: number;
  readonly total: number;
  readonly fixable: number;
}

/** Counts matches without reading them. */
export async function countMatches(db: Reader, packages: readonly number[]): Promise<MatchCount[]> {
  const rows = await db.all(
    runnable(sql<{ package: number; severity: number; total: number; fixable: number }>`
      select package, severity, count(*) as total, sum(fixable) as fixable from package_match
      where ${among(jsonDialect(db.sql), sql.ref('package'), packages)}
      group by package, severity`),
  );
  return rows.map(({ package: packageId, ...counts }) => ({ packageId, ...counts }));
}

/** A package by its own name and version, perhaps with its match of one advisory. */
export interface NamedVersion extends MatchedVersion {
  /** The generation of advisories in force. */
  readonly current: number;
  readonly found?: TimedMatch;
}

const byName = statement((builder, p: { name: string; version: string; advisory: string }) =>
  builder
    .selectFrom('package')
    .leftJoin('package_match', (join) =>
      join.onRef('package_match.package', '=', 'package.id').on('advisory_id', '=', p.advisory),
    )
    .select(['package.id', 'package.body', 'package.matched_generation'])
    .select(['package_match.body as match_body', 'first_time', 'change_time'])
    .select(sql<number | null>`(select max(generation) from advisory_family)`.as('current'))
    .where((on) =>
      on(sql<string>`substr(name, 1, 200)`, '=', sql<string>`substr(${p.name}, 1, 200)`),
    )
    .where((on) =>
      on(sql<string>`substr(version, 1, 200)`, '=', sql<string>`substr(${p.version}, 1, 200)`),
    )
    .where('name', '=', p.name)
    .where('version', '=', p.version)
    .orderBy('package.id')
    .limit(MAX_NAMESAKES),
);

/** Packages of one name and version that are told apart by what else they are. */
const MAX_NAMESAKES = 1000;

/** The packages of a name and version, each with its match of an advisory where it has one. */
export async function findNamedVersions(
  db: Reader,
  key: { readonly name: string; readonly version: string; readonly advisory: string },
): Promise<NamedVersion[]> {
  const rows = await db.all(byName(key));
  return rows.map(({ id, body, matched_generation: generation, ...row }) => {
    const { match_body, first_time, change_time } = row;
    const match = { package: id, first_time: first_time ?? 0, change_time: change_time ?? 0 };
    return {
      packageId: id,
      version: parseStored<PackageVersion>(body),
      generation,
      current: row.current ?? 0,
      ...(match_body !== null && { found: toTimedMatch({ ...match, body: match_body }) }),
    };
  });
}

function toTimedMatch(row: MatchRow): TimedMatch {
  return {
    packageId: row.package,
    match: parseStored<Match>(row.body),
    firstTime: row.first_time,
    changeTime: row.change_time,
  };
}

interface KeptMembers {
  readonly paths: readonly string[];
  readonly members: readonly (readonly [id: number, path: number, origin: PackageOrigin])[];
}

function readMembers(text: string): ImageMember[] {
  const { paths, members } = parseStored<KeptMembers>(text);
  const named = members.map(([packageId, path, origin]) => ({
    packageId,
    path: paths[path] ?? '',
    origin,
  }));
  return named.toSorted(compareMembers).filter((one, at, all) => {
    const before = all[at - 1];
    return before === undefined || compareMembers(before, one) !== 0;
  });
}

/** The order of an image's members: by package id, then by path. */
export function compareMembers(
  a: Pick<ImageMember, 'packageId' | 'path'>,
  b: Pick<ImageMember, 'packageId' | 'path'>,
): number {
  if (a.packageId !== b.packageId) return a.packageId - b.packageId;
  return a.path === b.path ? 0 : a.path < b.path ? -1 : 1;
}
