/** Images that were read, what links their digests, and who has seen them under which name. */
import { AssayError } from '../domain/error.ts';
import type { Digest } from '../domain/digest.ts';
import type { LayerOrigins } from '../domain/image-layer.ts';
import type { ScannedPackage } from '../domain/scan-result.ts';
import type { PackageSet, ScanProblem, ScanStatus } from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { stripScheme } from '../domain/resource-url.ts';
import { findPackageSet, savePackageSet, type StoredPackage } from './package-rows.ts';
import type { ImageTable } from './schema.ts';
import { findSighting, type SightingKey } from './sighting-rows.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** A package set whose packages say more. */
export type SetOf<P> = Omit<PackageSet, 'packages'> & { readonly packages: readonly P[] };

/** What was read of one platform's image; an index is only linked to its manifests. */
export interface ImageRecord {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly configDigest: Digest;
  /** `linux/amd64` and the like. */
  readonly platform: string;
  /** Layer blobs, lowest first. */
  readonly layers: readonly Digest[];
  readonly packageSet: SetOf<ScannedPackage>;
  readonly status: ScanStatus;
  /** Problems of reading; those of matching are found again with each answer. */
  readonly problems: readonly ScanProblem[];
  readonly readTime: Micros;
  readonly extractorVersion: number;
  /** Bytes of config and layers; images that older versions read have none. */
  readonly size?: number;
  /** When it was built, as its config says. */
  readonly created?: Micros;
  /** What its documents tell of its layers; images that older versions read have none. */
  readonly origins?: LayerOrigins;
}

/** An index as it was read: it is linked to its manifests and has no packages of its own. */
export type IndexRecord = Pick<ImageRecord, 'digest' | 'mediaType' | 'readTime'> & {
  /** Bytes of the manifests that it names. */
  readonly size: number;
};

/** An image as it was kept, its packages with the keys of their matches. */
export interface StoredImage extends Omit<ImageRecord, 'packageSet'> {
  readonly packageSetId: string;
  readonly packageSet: SetOf<StoredPackage<ScannedPackage>>;
}

/** The JSON of an image's row. */
export interface ImageBody {
  readonly layers: readonly Digest[];
  readonly problems: readonly ScanProblem[];
  /** For each package of the set the index of its layer; -1: not known. Of earlier versions. */
  readonly packageLayers?: readonly number[];
  /** The same as runs: an index, of how many packages, an index, of how many … */
  readonly layerRuns?: readonly number[];
  readonly size?: number;
  readonly created?: Micros;
  readonly origins?: LayerOrigins;
}

type ImageRow = Readonly<Omit<ImageTable, 'set_number'>>;

const byDigest = statement((sql, p: { digest: string }) =>
  sql.selectFrom('image').selectAll().where('digest', '=', p.digest),
);

const upsertImage = statement((sql, p: ImageRow) =>
  sql
    .insertInto('image')
    .values({
      digest: p.digest,
      media_type: p.media_type,
      kind: p.kind,
      config_digest: p.config_digest,
      platform: p.platform,
      package_set: p.package_set,
      set_number: sql.selectFrom('package_set').select('number').where('id', '=', p.package_set),
      status: p.status,
      body: p.body,
      read_time: p.read_time,
      extractor_version: p.extractor_version,
      chain_id: p.chain_id,
    })
    .onConflict((conflict) =>
      conflict.column('digest').doUpdateSet((kept) => ({
        platform: kept.ref('excluded.platform'),
        package_set: kept.ref('excluded.package_set'),
        set_number: kept.ref('excluded.set_number'),
        status: kept.ref('excluded.status'),
        body: kept.ref('excluded.body'),
        read_time: kept.ref('excluded.read_time'),
        extractor_version: kept.ref('excluded.extractor_version'),
        chain_id: kept.ref('excluded.chain_id'),
      })),
    ),
);

interface Sighting extends SightingKey {
  readonly time: Micros;
}

const upsertSighting = statement((sql, p: Sighting) =>
  sql
    .insertInto('image_sighting')
    .values({
      project: p.project,
      resource_uri: p.resourceUri,
      digest: p.digest,
      first_seen: p.time,
      last_seen: p.time,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['project', 'resource_uri', 'digest'])
        .doUpdateSet((kept) => ({ last_seen: kept.ref('excluded.last_seen') }))
        .whereRef('image_sighting.last_seen', '<', 'excluded.last_seen'),
    ),
);

/** A link between digests: what an index lists, or a manifest's config. */
export interface DigestLink {
  readonly kind: 'index-manifest' | 'manifest-config';
  readonly parent: Digest;
  readonly child: Digest;
}

const insertLink = statement((sql, p: DigestLink) =>
  sql
    .insertInto('digest_link')
    .values({ kind: p.kind, parent: p.parent, child: p.child })
    .onConflict((conflict) => conflict.doNothing()),
);

/** From `time` on, `tag` of `repository` pointed at `digest`; `source` says who told. */
export interface TagEvent {
  /** UUIDv7. */
  readonly id: string;
  readonly time: Micros;
  /** Normalised `registry/path`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
  readonly source: string;
  /** When it happened, as who told us says: for information, never for the order of events. */
  readonly senderTime?: Micros;
}

const insertTagEvent = statement((sql, p: TagEvent) =>
  sql.insertInto('tag_event').values({
    id: p.id,
    time: p.time,
    repository: p.repository,
    tag: p.tag,
    digest: p.digest,
    source: p.source,
    sender_time: p.senderTime as Micros,
  }),
);

const newestTagEvent = statement((sql, p: { repository: string; tag: string }) =>
  sql
    .selectFrom('tag_event')
    .selectAll()
    .where('repository', '=', p.repository)
    .where('tag', '=', p.tag)
    .orderBy('time', 'desc')
    .orderBy('id', 'desc')
    .limit(1),
);

/** Keeps what was read of an image, replacing an earlier reading. */
export async function saveImage(tx: Tx, image: ImageRecord): Promise<void> {
  const packageSet = await savePackageSet(tx, image.packageSet);
  await tx.run(upsertImage(toRow(image, packageSet)));
  tx.changed();
}

/** Keeps what was read of an index. */
export async function saveIndex(tx: Tx, index: IndexRecord): Promise<void> {
  const { digest, mediaType, readTime, size } = index;
  const body: ImageBody = { layers: [], problems: [], layerRuns: [], size };
  await tx.run(
    upsertImage({
      digest,
      media_type: mediaType,
      kind: 'index',
      config_digest: null,
      platform: '',
      package_set: null,
      status: 'COMPLETE',
      body: formatStored(body),
      read_time: readTime,
      extractor_version: 0,
      chain_id: null,
    }),
  );
}

/** An image that was read, with its packages; undefined where it was not. */
export async function findImage(db: Reader, digest: Digest): Promise<StoredImage | undefined> {
  const row = await db.first(byDigest({ digest }));
  if (row === undefined || row.package_set === null) return undefined;
  const set = await findPackageSet(db, row.package_set);
  if (set === undefined) {
    throw new AssayError('internal', `image ${digest} names a package set that is not kept`);
  }
  const { layers, problems, packageLayers, layerRuns, ...told } = parseStored<ImageBody>(row.body);
  const places = packageLayers ?? readRuns(layerRuns ?? []);
  const packages = set.packages.map((found, index) => {
    const layer = layers[places[index] ?? -1];
    return layer === undefined ? found : { ...found, layer };
  });
  const { id: packageSetId, ...kept } = set;
  return {
    ...fromRow(row),
    ...told,
    layers,
    problems,
    packageSetId,
    packageSet: { ...kept, packages },
  };
}

/** How an image was read, and whether it is an index. */
export interface ImageState {
  readonly kind: 'index' | 'manifest';
  readonly status: ScanStatus;
  readonly extractorVersion: number;
  readonly readTime: Micros;
  readonly platform: string;
}

const stateByDigest = statement((sql, p: { digest: string }) =>
  sql
    .selectFrom('image')
    .select(['kind', 'status', 'extractor_version', 'read_time', 'platform'])
    .where('digest', '=', p.digest),
);

/** How an image was read; undefined where it was not. */
export async function findImageState(db: Reader, digest: Digest): Promise<ImageState | undefined> {
  const row = await db.first(stateByDigest({ digest }));
  return (
    row && {
      kind: row.kind === 'index' ? 'index' : 'manifest',
      status: row.status as ScanStatus,
      extractorVersion: row.extractor_version,
      readTime: row.read_time,
      platform: row.platform,
    }
  );
}

/** Notes that a project has seen an image under a resource URI (its scheme does not matter). */
export async function saveSighting(tx: Tx, sighting: Sighting): Promise<void> {
  const key = { ...sighting, resourceUri: stripScheme(sighting.resourceUri) };
  if ((await findSighting(tx, key)) === undefined) tx.changed();
  await tx.run(upsertSighting(key));
}

/** Keeps links between digests. */
export async function saveDigestLinks(tx: Tx, links: readonly DigestLink[]): Promise<void> {
  await tx.runMany(insertLink, links);
}

/** The digests that a parent lists, at most 1000. */
export async function findLinkedDigests(
  db: Reader,
  kind: DigestLink['kind'],
  parent: Digest,
): Promise<Digest[]> {
  const rows = db.sql.selectFrom('digest_link').select('child').where('kind', '=', kind);
  const children = await db.all(rows.where('parent', '=', parent).orderBy('child').limit(1000));
  return children.map(({ child }) => child as Digest);
}

/** The digests that list a child, at most 1000. */
export async function findLinkingDigests(
  db: Reader,
  kind: DigestLink['kind'],
  child: Digest,
): Promise<Digest[]> {
  const rows = db.sql.selectFrom('digest_link').select('parent').where('kind', '=', kind);
  const parents = await db.all(rows.where('child', '=', child).orderBy('parent').limit(1000));
  return parents.map(({ parent }) => parent as Digest);
}

/** Appends a tag event. */
export async function appendTagEvent(tx: Tx, event: TagEvent): Promise<void> {
  await tx.run(insertTagEvent(event));
}

/** The newest event of a tag, or undefined. */
export async function findTagEvent(
  db: Reader,
  tag: { repository: string; tag: string },
): Promise<TagEvent | undefined> {
  const row = await db.first(newestTagEvent(tag));
  if (row === undefined) return undefined;
  const { sender_time: senderTime, ...event } = row;
  const told = senderTime === null ? {} : { senderTime };
  return { ...event, digest: event.digest as Digest, ...told };
}

function toRow(image: ImageRecord, packageSet: string): ImageRow {
  const places = new Map(image.layers.map((layer, index) => [layer, index]));
  const placeOf = ({ layer }: ScannedPackage): number =>
    layer === undefined ? -1 : (places.get(layer) ?? -1);
  const { layers, problems, size, created, origins } = image;
  const layerRuns = printRuns(image.packageSet.packages.map(placeOf));
  const body: ImageBody = {
    layers,
    problems,
    layerRuns,
    ...(size === undefined ? {} : { size }),
    ...(created === undefined ? {} : { created }),
    ...(origins === undefined ? {} : { origins }),
  };
  return {
    digest: image.digest,
    media_type: image.mediaType,
    kind: 'manifest',
    config_digest: image.configDigest,
    platform: image.platform,
    package_set: packageSet,
    status: image.status,
    body: formatStored(body),
    read_time: image.readTime,
    extractor_version: image.extractorVersion,
    chain_id: origins?.chainId ?? null,
  };
}

function printRuns(places: readonly number[]): readonly number[] {
  const runs: number[] = [];
  for (const [at, place] of places.entries()) {
    if (at > 0 && places[at - 1] === place) runs.push((runs.pop() ?? 0) + 1);
    else runs.push(place, 1);
  }
  return runs;
}

/** The indices that such runs stand for. */
export function readRuns(runs: readonly number[]): readonly number[] {
  return runs.flatMap((count, at) =>
    at % 2 === 0 ? [] : Array.from({ length: count }, () => runs[at - 1] ?? -1),
  );
}

function fromRow(
  row: ImageTable,
): Omit<StoredImage, 'packageSet' | 'packageSetId' | keyof ImageBody> {
  return {
    digest: row.digest as Digest,
    mediaType: row.media_type,
    configDigest: row.config_digest as Digest,
    platform: row.platform,
    status: row.status as ScanStatus,
    readTime: row.read_time,
    extractorVersion: row.extractor_version,
  };
}
