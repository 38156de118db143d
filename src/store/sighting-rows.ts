/** Which project has seen which image under which name, read back in the order of its key. */
import type { Digest } from '../domain/digest.ts';
import type { Micros } from '../domain/time.ts';
import { stripScheme } from '../domain/resource-url.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** An image as a project has sighted it; `resourceUri` is `registry/path@digest`, no scheme. */
export interface Sighting {
  readonly project: string;
  readonly resourceUri: string;
  readonly digest: Digest;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
}

/** What one sighting is found by. */
export type SightingKey = Pick<Sighting, 'project' | 'resourceUri' | 'digest'>;

const COLUMNS = [
  'project',
  'resource_uri as resourceUri',
  'digest',
  'first_seen as firstSeen',
  'last_seen as lastSeen',
] as const;

const byKey = statement((sql, p: SightingKey) =>
  sql
    .selectFrom('image_sighting')
    .select(COLUMNS)
    .where('project', '=', p.project)
    .where('resource_uri', '=', p.resourceUri)
    .where('digest', '=', p.digest),
);

interface DigestList {
  readonly project: string;
  readonly digest: Digest;
  readonly limit: number;
}

const ofDigest = statement((sql, p: DigestList) =>
  sql
    .selectFrom('image_sighting')
    .select(COLUMNS)
    .where('digest', '=', p.digest)
    .where('project', '=', p.project)
    .orderBy('resource_uri')
    .limit(p.limit),
);

const ofRepository = statement((sql, p: { project: string; low: string; high: string }) =>
  sql
    .selectFrom('image_sighting')
    .select('digest')
    .where('project', '=', p.project)
    .where('resource_uri', '>=', p.low)
    .where('resource_uri', '<', p.high)
    .limit(1),
);

/** One sighting, or undefined. */
export async function findSighting(db: Reader, key: SightingKey): Promise<Sighting | undefined> {
  const row = await db.first(byKey({ ...key, resourceUri: stripScheme(key.resourceUri) }));
  return row && toSighting(row);
}

/** Which sightings: from a place on (that one included), those of resources below `below`. */
export interface SightingList {
  readonly project: string;
  readonly from: { readonly resourceUri: string; readonly digest: string };
  readonly below: string;
  readonly limit: number;
}

/** A project's sightings by resource URI and digest. */
export async function listSightings(db: Reader, list: SightingList): Promise<Sighting[]> {
  const { resourceUri, digest } = list.from;
  const rows = db.sql
    .selectFrom('image_sighting')
    .select(COLUMNS)
    .where('project', '=', list.project)
    .where((on) => on(on.refTuple('resource_uri', 'digest'), '>=', on.tuple(resourceUri, digest)))
    .where('resource_uri', '<', list.below)
    .orderBy('resource_uri')
    .orderBy('digest')
    .limit(list.limit);
  return (await db.all(rows)).map(toSighting);
}

/** The names under which a project has sighted an image, some of them where there are many. */
export async function listSightingsOf(db: Reader, list: DigestList): Promise<Sighting[]> {
  return (await db.all(ofDigest(list))).map(toSighting);
}

/** Tells whether a project has seen any image of a repository `registry/path`. */
export async function isRepositorySighted(
  db: Reader,
  project: string,
  repository: string,
): Promise<boolean> {
  const low = `${repository}@`;
  return (await db.first(ofRepository({ project, low, high: `${low}\u{10FFFF}` }))) !== undefined;
}

function toSighting(row: Omit<Sighting, 'digest'> & { digest: string }): Sighting {
  // Written from a Digest only.
  return { ...row, digest: row.digest as Digest };
}
