/**
 * What scans found, piece by piece: an image's members, the packages of some of them, their
 * matches. Everything is read by keys, so that a page or a look-up reads no more than it answers.
 */
import { sql, type SelectQueryBuilder } from 'kysely';
import type { Match } from '../domain/advisory.ts';
import type { Digest } from '../domain/digest.ts';
import type {
  PackageOrigin,
  ScanProblem,
  ScanStatus,
  SystemRelease,
} from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { type MemberColumns, readMembers } from './package-members.ts';
import type { PackageVersion } from './package-rows.ts';
import { among, listParameter } from './raw-statement.ts';
import type { Schema } from './schema.ts';
import { type SqlBuilder, statement } from './sql-builder.ts';
import { isStale } from './stale-sql.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** An installed package of an image, and the file that it was read from. */
export interface ImageMember {
  readonly packageId: number;
  readonly path: string;
  readonly origin: PackageOrigin;
}

/**
 * What is installed in an image, without its packages themselves. What lock files declare is left
 * out: nothing in Google's messages tells it from what is there.
 */
export interface ImageContents {
  readonly readTime: Micros;
  /** By (package id, path), each once. */
  readonly members: readonly ImageMember[];
}

/** How an image was read. */
export interface ImageReading {
  readonly status: ScanStatus;
  readonly problems: readonly ScanProblem[];
  readonly extractorVersion: number;
  readonly system?: SystemRelease;
}

/** A package version, and whether its matches are to be made anew. */
export interface MatchedVersion {
  readonly packageId: number;
  readonly version: PackageVersion;
  readonly stale: boolean;
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
    .select(['image.read_time', 'package_set.members', 'packed', 'paths'])
    .where('image.digest', '=', p.digest),
);

const readingByDigest = statement((builder, p: { digest: string }) =>
  builder
    .selectFrom('image')
    .innerJoin('package_set', 'package_set.id', 'image.package_set')
    .select(['image.status', 'image.body as image_body', 'package_set.body as set_body'])
    .select('image.extractor_version as extractorVersion')
    .where('image.digest', '=', p.digest),
);

/** What an image holds; undefined where it was not read. */
export async function findImageContents(
  db: Reader,
  digest: Digest,
): Promise<ImageContents | undefined> {
  const row = await db.first(contentsByDigest({ digest }));
  return row && { readTime: row.read_time, members: toMembers(row) };
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
  const { extractorVersion } = row;
  const status = row.status as ScanStatus;
  return { status, problems, extractorVersion, ...(system !== undefined && { system }) };
}

/** A look-up of packages by ids; the list is a {@link listParameter}. */
interface ById {
  readonly ids: string;
}

const versionsById = statement((builder, p: ById) =>
  builder
    .selectFrom('package')
    .select(['id', 'body', isStale().as('stale')])
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids })),
);

const versionsByIdAndName = statement((builder, p: ById & { readonly names: string }) =>
  builder
    .selectFrom('package')
    .select(['id', 'body', isStale().as('stale')])
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids }))
    .where(among(builder, sql.ref('name'), { of: 'text', values: p.names })),
);

/** Packages by their ids, of some names only where names are given; in no order. */
export async function findVersions(
  db: Reader,
  given: readonly number[],
  names?: ReadonlySet<string>,
): Promise<MatchedVersion[]> {
  if (given.length === 0) return [];
  const ids = listParameter(given);
  const rows = await db.all(
    names === undefined
      ? versionsById({ ids })
      : versionsByIdAndName({ ids, names: listParameter([...names]) }),
  );
  return rows.map((row) => ({
    packageId: row.id,
    version: parseStored<PackageVersion>(row.body),
    stale: row.stale === 1,
  }));
}

const ecosystemsById = statement((builder, p: ById) =>
  builder
    .selectFrom('package')
    .select(['id', 'ecosystem', isStale().as('stale')])
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids })),
);

/** The ecosystems of packages, and the ids of those that are to be matched anew. */
export async function findEcosystems(
  db: Reader,
  ids: readonly number[],
): Promise<{ readonly ecosystems: readonly string[]; readonly stale: readonly number[] }> {
  const rows = await db.all(ecosystemsById({ ids: listParameter(ids) }));
  const stale = rows.filter((row) => row.stale === 1);
  return {
    ecosystems: [...new Set(rows.map(({ ecosystem }) => ecosystem))].filter((one) => one !== ''),
    stale: stale.map(({ id }) => id),
  };
}

const staleById = statement((builder, p: ById) =>
  builder
    .selectFrom('package')
    .select('id')
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids }))
    .where(isStale(), '=', 1),
);

/** Those of some packages that are to be matched anew. */
export async function findStaleVersions(
  db: Reader,
  ids: readonly number[],
): Promise<MatchedVersion[]> {
  const rows = await db.all(staleById({ ids: listParameter(ids) }));
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

/** The columns that make a {@link TimedMatch}. */
export interface MatchRow {
  readonly package: number;
  readonly body: string;
  readonly first_time: Micros;
  readonly change_time: Micros;
}

interface MatchPlace {
  readonly packages: string;
  readonly packageId: number;
  readonly advisoryId: string;
  readonly severities: string;
  readonly limit: number;
}

const matchesOfPackages = statement((builder, p: MatchPlace) => matchesAfter(builder, p));

const matchesOfAdvisories = statement((builder, p: MatchPlace & { readonly advisories: string }) =>
  matchesAfter(builder, p).where(
    among(builder, sql.ref('advisory_id'), { of: 'text', values: p.advisories }),
  ),
);

function matchesAfter(
  builder: SqlBuilder,
  p: MatchPlace,
): SelectQueryBuilder<Schema, 'package_match', MatchRow> {
  return builder
    .selectFrom('package_match')
    .select(['package', 'body', 'first_time', 'change_time'])
    .where(among(builder, sql.ref('package'), { of: 'bigint', values: p.packages }))
    .where((on) =>
      on(on.refTuple('package', 'advisory_id'), '>', on.tuple(p.packageId, p.advisoryId)),
    )
    .where(among(builder, sql.ref('severity'), { of: 'bigint', values: p.severities }))
    .orderBy('package')
    .orderBy('advisory_id')
    .limit(p.limit);
}

/** Matches by (package id, advisory id). */
export async function listMatches(db: Reader, list: MatchList): Promise<TimedMatch[]> {
  const { after, limit, advisories } = list;
  const place = {
    packages: listParameter(list.packages),
    severities: listParameter(list.severities),
    packageId: after.packageId,
    advisoryId: after.advisoryId,
    limit,
  };
  const rows = await db.all(
    advisories === undefined
      ? matchesOfPackages(place)
      : matchesOfAdvisories({ ...place, advisories: listParameter(advisories) }),
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

const countsById = statement((builder, p: ById) =>
  builder
    .selectFrom('package_match')
    .select(['package as packageId', 'severity'])
    .select([sql<number>`count(*)`.as('total'), sql<number>`sum(fixable)`.as('fixable')])
    .where(among(builder, sql.ref('package'), { of: 'bigint', values: p.ids }))
    .groupBy(['package', 'severity']),
);

/** Counts matches without reading them. */
export async function countMatches(db: Reader, ids: readonly number[]): Promise<MatchCount[]> {
  return db.all(countsById({ ids: listParameter(ids) }));
}

/** A match of its row. */
export function toTimedMatch(row: MatchRow): TimedMatch {
  return {
    packageId: row.package,
    match: parseStored<Match>(row.body),
    firstTime: row.first_time,
    changeTime: row.change_time,
  };
}

function toMembers(row: MemberColumns): ImageMember[] {
  const { paths, members } = readMembers(row);
  const installed = members.filter(([, , origin]) => origin === 'installed');
  const named = installed.map(([packageId, path, origin]) => ({
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
