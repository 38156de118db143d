/** Images that an earlier extractor has read, and where a project has seen them. */
import type { Digest } from '../domain/digest.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** A place among them. */
export interface OutdatedPlace {
  readonly version: number;
  readonly digest: string;
}

/** An image that an earlier extractor has read. */
export interface OutdatedImage {
  readonly place: OutdatedPlace;
  /** Where projects have seen it, some of them; none: it came from a file. */
  readonly seen: readonly { readonly project: string; readonly resourceUri: string }[];
}

/** Places of one image that are looked at. */
const MAX_SEEN = 50;

const outdatedAfter = statement((sql, p: OutdatedPlace & { below: number; limit: number }) =>
  sql
    .selectFrom('image')
    .select(['extractor_version as version', 'digest'])
    .where('extractor_version', '<', p.below)
    .where((on) =>
      on(on.refTuple('extractor_version', 'digest'), '>', on.tuple(p.version, p.digest)),
    )
    .orderBy('extractor_version')
    .orderBy('digest')
    .limit(p.limit),
);

const seenByDigest = statement((sql, p: { digest: string }) =>
  sql
    .selectFrom('image_sighting')
    .select(['project', 'resource_uri as resourceUri'])
    .where('digest', '=', p.digest)
    .orderBy('project')
    .orderBy('resource_uri')
    .limit(MAX_SEEN),
);

/** The next ones behind a place; an index has no extractor, its version is 0. */
export async function listOutdatedImages(
  db: Reader,
  page: { readonly after: OutdatedPlace; readonly below: number; readonly limit: number },
): Promise<OutdatedImage[]> {
  const rows = await db.all(outdatedAfter({ ...page, ...page.after }));
  const found: OutdatedImage[] = [];
  for (const place of rows) {
    found.push({ place, seen: await db.all(seenByDigest({ digest: place.digest as Digest })) });
  }
  return found;
}
