/**
 * All images of a project beside all package versions, read page by page in the order of their
 * keys: for answers over the whole fleet, which no look-up of single images could give in time.
 */
import { sql } from 'kysely';
import type { Digest } from '../domain/digest.ts';
import type { ScanStatus, SystemRelease } from '../domain/software-package.ts';
import { joinedLines } from './joined-sql.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** What is known of a package version without its name. */
export interface PackageFacts {
  readonly id: number;
  readonly ecosystem: string;
  /** Its matches by severity rank, with commas; empty: it has none. */
  readonly counts: string;
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
    counts,
    undecided: undecided === 1,
    unmatched: matched_generation === 0,
  }));
}

/** Images that were read: of each its digest, how it was read, and the number of its set. */
export interface FleetImages {
  readonly digests: readonly Digest[];
  readonly statuses: readonly ScanStatus[];
  readonly sets: readonly number[];
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
const imagesAfter = statement((builder, p: FleetPage) => {
  const page = builder
    .selectFrom('image_sighting')
    .innerJoin('image', 'image.digest', 'image_sighting.digest')
    .select(['image_sighting.digest', 'image.status', 'image.set_number'])
    .where('image_sighting.digest', '>', p.after)
    .where(sql<string>`image_sighting.project || ''`, '=', p.project)
    .where('image.set_number', 'is not', null)
    .orderBy('image_sighting.digest')
    .limit(p.limit);
  const lines = (of: string) => joinedLines(builder, { of, order: 'digest' });
  return builder
    .selectFrom(page.as('page'))
    .select([
      lines('digest').as('digests'),
      lines('status').as('statuses'),
      lines('set_number').as('sets'),
    ]);
});

/** The read images that a project has sighted behind a digest, by digest; once for each name. */
export async function listFleetImages(db: Reader, page: FleetPage): Promise<FleetImages> {
  const row = await db.first(imagesAfter(page));
  const lines = (text: string | null | undefined) => (text ? text.split('\n') : []);
  return {
    digests: lines(row?.digests) as Digest[],
    statuses: lines(row?.statuses) as ScanStatus[],
    sets: lines(row?.sets).map(Number),
  };
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
