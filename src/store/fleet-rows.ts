/**
 * All images of a project beside all package versions, read page by page in the order of their
 * keys: for answers over the whole fleet, which no look-up of single images could give in time.
 */
import { sql } from 'kysely';
import type { Digest } from '../domain/digest.ts';
import type { ScanStatus, SystemRelease } from '../domain/software-package.ts';
import { readInstalledIds } from './package-members.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** What is known of a package version without its name. */
export interface PackageFacts {
  readonly id: number;
  readonly ecosystem: string;
  /** Its matches by severity rank; empty: it has none. */
  readonly counts: readonly number[];
  readonly undecided: boolean;
  /** Set while nobody has matched it. */
  readonly unmatched: boolean;
}

const factsAfter = statement((builder, p: { after: number; limit: number }) =>
  builder
    .selectFrom('package')
    .select(['id', 'ecosystem', 'counts', 'undecided', 'matched_generation'])
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.limit),
);

/** Package versions behind an id, by id. */
export async function listPackageFacts(
  db: Reader,
  page: { readonly after: number; readonly limit: number },
): Promise<PackageFacts[]> {
  const rows = await db.all(factsAfter(page));
  return rows.map(({ id, ecosystem, counts, undecided, matched_generation }) => ({
    id,
    ecosystem,
    counts: counts === '' ? [] : counts.split(',').map(Number),
    undecided: undecided === 1,
    unmatched: matched_generation === 0,
  }));
}

/** An image that was read, and the number of its package set. */
export interface FleetImage {
  readonly set: number;
  readonly digest: Digest;
  /** How it was read. */
  readonly status: ScanStatus;
}

interface FleetPage {
  readonly project: string;
  readonly after: string;
  readonly limit: number;
}

/**
 * Both indices have all that is read, in the order of digests; the project's text is not compared
 * as it stands, or the rows would be found by it and sorted for each page.
 */
const imagesAfter = statement((builder, p: FleetPage) =>
  builder
    .selectFrom('image_sighting')
    .innerJoin('image', 'image.digest', 'image_sighting.digest')
    .select(['image_sighting.digest', 'image.status', 'image.set_number'])
    .where('image_sighting.digest', '>', p.after)
    .where(sql<string>`image_sighting.project || ''`, '=', p.project)
    .where('image.set_number', 'is not', null)
    .orderBy('image_sighting.digest')
    .limit(p.limit),
);

/** The read images that a project has sighted behind a digest, by digest; once for each name. */
export async function listFleetImages(db: Reader, page: FleetPage): Promise<FleetImage[]> {
  const rows = await db.all(imagesAfter(page));
  return rows.map(({ digest, status, set_number }) => ({
    set: set_number ?? 0,
    digest: digest as Digest,
    status: status as ScanStatus,
  }));
}

/** A package set as far as the fleet's answers need it. */
export interface FleetSet {
  readonly number: number;
  /** The same text for sets that were read alike. */
  readonly body: string;
  /** Installed packages, one in two files twice. */
  readonly packages: () => Uint32Array | readonly number[];
}

const setsAfter = statement((builder, p: { after: number; limit: number }) =>
  builder
    .selectFrom('package_set')
    .select(['number', 'body', 'members', 'packed'])
    .where('number', '>', p.after)
    .orderBy('number')
    .limit(p.limit),
);

/** Package sets in the order in which they lie. */
export async function listFleetSets(
  db: Reader,
  page: { readonly after: number; readonly limit: number },
): Promise<FleetSet[]> {
  const rows = await db.all(setsAfter(page));
  return rows.map(({ number, body, ...members }) => ({
    number,
    body,
    packages: () => readInstalledIds(members),
  }));
}

/** The system of a set's body. */
export function systemOfSet(setBody: string): SystemRelease | undefined {
  return parseStored<{ system?: SystemRelease }>(setBody).system;
}

const packagesOf = statement((builder, p: { advisory: string }) =>
  builder.selectFrom('package_match').select('package').where('advisory_id', '=', p.advisory),
);

/** The package versions that an advisory matches, as far as they are matched. */
export async function findMatchedPackages(db: Reader, advisory: string): Promise<number[]> {
  const rows = await db.all(packagesOf({ advisory }));
  return rows.map((row) => row.package);
}
