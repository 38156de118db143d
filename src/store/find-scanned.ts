/**
 * One finding by its keys: the image as a project has sighted it, the package by its own name and
 * version, and its match of one advisory.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Digest } from '../domain/digest.ts';
import type { Micros } from '../domain/time.ts';
import { type MemberColumns, readMembers } from './package-members.ts';
import type { PackageVersion } from './package-rows.ts';
import {
  type ImageMember,
  type MatchedVersion,
  type TimedMatch,
  toTimedMatch,
} from './scanned-rows.ts';
import type { Sighting, SightingKey } from './sighting-rows.ts';
import { jsonDialect } from './json-sql.ts';
import { statement, type SqlBuilder } from './sql-builder.ts';
import { isStale } from './stale-sql.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** An image as a project has sighted it, and what it holds. */
export interface SightedImage {
  readonly sighting: Sighting;
  readonly readTime: Micros;
  /** The member of a package id and path; undefined: the image has none. */
  readonly findMember: (packageId: number, path: string) => ImageMember | undefined;
}

const sightedByKey = statement((builder, p: SightingKey) =>
  builder
    .selectFrom('image_sighting')
    .innerJoin('image', 'image.digest', 'image_sighting.digest')
    .innerJoin('package_set', 'package_set.id', 'image.package_set')
    .select(['first_seen', 'last_seen', 'image.read_time'])
    .select(['package_set.members', 'packed', 'paths'])
    .where('image_sighting.project', '=', p.project)
    .where('image_sighting.resource_uri', '=', p.resourceUri)
    .where('image_sighting.digest', '=', p.digest),
);

/** A sighted image; undefined where it was not sighted, or not read. */
export async function findSightedImage(
  db: Reader,
  key: SightingKey & { readonly digest: Digest },
): Promise<SightedImage | undefined> {
  const row = await db.first(sightedByKey(key));
  if (row === undefined) return undefined;
  const { project, resourceUri, digest } = key;
  const seen = { firstSeen: row.first_seen, lastSeen: row.last_seen };
  return {
    sighting: { project, resourceUri, digest, ...seen },
    readTime: row.read_time,
    findMember: (packageId, path) => findMember(row, packageId, path),
  };
}

function findMember(row: MemberColumns, packageId: number, path: string): ImageMember | undefined {
  const { paths, members } = readMembers(row);
  const place = paths.indexOf(path);
  const found = members.find(([id, at]) => id === packageId && at === place);
  return found && { packageId, path, origin: found[2] };
}

/** A package by its own name and version, perhaps with its match of one advisory. */
export interface NamedVersion extends MatchedVersion {
  readonly found?: TimedMatch;
}

const byName = statement((builder, p: { name: string; version: string; advisory: string }) =>
  builder
    .selectFrom('package')
    .leftJoin('package_match', (join) =>
      join.onRef('package_match.package', '=', 'package.id').on('advisory_id', '=', p.advisory),
    )
    .select(['package.id', 'package.body', isStale().as('stale')])
    .select(['package_match.body as match_body', 'first_time', 'change_time'])
    .where(isNamed(builder, p))
    .where('name', '=', p.name)
    .where('version', '=', p.version)
    .limit(MAX_NAMESAKES),
);

/** What PostgreSQL's index is over; SQLite's is over the columns themselves. */
function isNamed(
  builder: SqlBuilder,
  p: { readonly name: string; readonly version: string },
): RawBuilder<SqlBool> {
  if (jsonDialect(builder) === 'sqlite') return sql<SqlBool>`true`;
  return sql<SqlBool>`substr(name, 1, 200) = substr(${p.name}, 1, 200)
    and substr(version, 1, 200) = substr(${p.version}, 1, 200)`;
}

/** Packages of one name and version that are told apart by what else they are. */
const MAX_NAMESAKES = 1000;

/** The packages of a name and version, each with its match of an advisory where it has one. */
export async function findNamedVersions(
  db: Reader,
  key: { readonly name: string; readonly version: string; readonly advisory: string },
): Promise<NamedVersion[]> {
  const rows = await db.all(byName(key));
  const ordered = rows.toSorted((a, b) => a.id - b.id);
  return ordered.map(({ id, body, stale, ...row }) => {
    const { match_body, first_time, change_time } = row;
    const match = { package: id, first_time: first_time ?? 0, change_time: change_time ?? 0 };
    return {
      packageId: id,
      version: parseStored<PackageVersion>(body),
      stale: stale === 1,
      ...(match_body !== null && { found: toTimedMatch({ ...match, body: match_body }) }),
    };
  });
}
