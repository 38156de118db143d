/** What a project has sighted below an address, in short: whether, since when, by which tags. */
import type { Digest } from '../domain/digest.ts';
import type { Micros } from '../domain/time.ts';
import { findTagEvent, type ImageBody } from './image-rows.ts';
import { listSightings, type Sighting } from './sighting-rows.ts';
import type { Reader } from './store-contract.ts';
import { chunksOf, parseStored } from './stored-json.ts';

/** Above every text that follows a prefix. */
const TOP = '\u{10FFFF}';
/** Digests that one statement asks for. */
const CHUNK = 100;

/** What is known of an image besides its packages. */
export interface ImageHead {
  readonly mediaType: string;
  /** Bytes of its config and layers; absent where it was read by a version that kept none. */
  readonly size?: number;
  /** When it was built, as its config says. */
  readonly created?: Micros;
}

/** A range of a project's sightings by resource URI. */
export interface SightedRange {
  readonly project: string;
  /** What resource URIs begin with. */
  readonly prefix: string;
  /** The last sighting before the range; absent: from its begin. */
  readonly after?: { readonly resourceUri: string; readonly digest: string };
  readonly limit: number;
}

/** Sightings of a range by resource URI and digest. */
export async function listSightedRange(db: Reader, range: SightedRange): Promise<Sighting[]> {
  const { project, prefix, after, limit } = range;
  const from = after ?? { resourceUri: prefix, digest: '' };
  const rows = await listSightings(db, {
    project,
    from,
    below: `${prefix}${TOP}`,
    limit: limit + 1,
  });
  const isPast = ({ resourceUri, digest }: Sighting): boolean =>
    resourceUri !== after?.resourceUri || digest !== after.digest;
  return rows.filter(isPast).slice(0, limit);
}

/**
 * The next name below an address after another one: of what is below `prefix` the first `part`
 * of the first sighting past `after`. Undefined: there is none.
 */
export async function findNextName(
  db: Reader,
  range: { readonly project: string; readonly prefix: string; readonly after?: string },
  part: RegExp,
): Promise<string | undefined> {
  const { project, prefix, after } = range;
  const start = after === undefined ? prefix : `${prefix}${after}${TOP}`;
  const from = { resourceUri: start, digest: '' };
  const [first] = await listSightings(db, { project, from, below: `${prefix}${TOP}`, limit: 1 });
  return first && part.exec(first.resourceUri.slice(prefix.length))?.[0];
}

/** When the first and the last sighting below a prefix were; undefined: there is none. */
export async function findSightedSpan(
  db: Reader,
  { project, prefix }: { readonly project: string; readonly prefix: string },
): Promise<{ readonly firstSeen: Micros; readonly lastSeen: Micros } | undefined> {
  const row = await db.first(
    db.sql
      .selectFrom('image_sighting')
      .select(({ fn }) => [
        fn.min('first_seen').as('firstSeen'),
        fn.max('last_seen').as('lastSeen'),
        fn.countAll().as('count'),
      ])
      .where('project', '=', project)
      .where('resource_uri', '>=', prefix)
      .where('resource_uri', '<', `${prefix}${TOP}`),
  );
  if (row === undefined || Number(row.count) === 0) return undefined;
  return { firstSeen: Number(row.firstSeen), lastSeen: Number(row.lastSeen) };
}

/** A tag and the digest that it was last seen to point at. */
export interface SeenTag {
  readonly tag: string;
  readonly digest: Digest;
}

/** A page of the tags that a repository `registry/path` was ever seen to have, by name. */
export async function listSeenTags(
  db: Reader,
  list: { readonly repository: string; readonly after?: string; readonly limit: number },
): Promise<SeenTag[]> {
  const rows = await db.all(
    db.sql
      .selectFrom('tag_event')
      .select('tag')
      .where('repository', '=', list.repository)
      .where('tag', '>', list.after ?? '')
      .groupBy('tag')
      .orderBy('tag')
      .limit(list.limit),
  );
  const tags: SeenTag[] = [];
  for (const { tag } of rows) {
    const event = await findTagEvent(db, { repository: list.repository, tag });
    if (event !== undefined) tags.push({ tag, digest: event.digest });
  }
  return tags;
}

/** What is known of images that were read, by digest. */
export async function findImageHeads(
  db: Reader,
  digests: readonly Digest[],
): Promise<ReadonlyMap<Digest, ImageHead>> {
  const heads = new Map<Digest, ImageHead>();
  for (const chunk of chunksOf([...new Set(digests)], CHUNK)) {
    const images = db.sql.selectFrom('image').select(['digest', 'media_type', 'body']);
    for (const row of await db.all(images.where('digest', 'in', chunk))) {
      const { size, created } = parseStored<ImageBody>(row.body);
      heads.set(row.digest as Digest, {
        mediaType: row.media_type,
        ...(size === undefined ? {} : { size }),
        ...(created === undefined ? {} : { created }),
      });
    }
  }
  return heads;
}
