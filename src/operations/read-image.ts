/**
 * What is inside one platform's image. A layer is read at most once per extractor version; an image
 * whose packages are known is not read at all. Nothing of a layer is kept but its facts.
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import type { ImageLimits } from '../image/image-budget.ts';
import { type ImageConfig, formatPlatform, parseImageConfig } from '../image/image-config.ts';
import { layerOrigins } from '../image/layer-origins.ts';
import { type Manifest, foreignLayerProblem, refuseArtifact } from '../image/manifest.ts';
import type { ImageSource } from '../remote/image-source.ts';
import { EXTRACTOR_VERSION } from '../scanner/extract/extractor-version.ts';
import { type StoredImage, findImage, saveDigestLinks, saveImage } from '../store/image-rows.ts';
import { saveLayerFacts } from '../store/layer-rows.ts';
import type { Deps } from './deps.ts';
import type { ReadLayers } from './read-layers.ts';

/** Largest image config that is read, in bytes. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** What is known of an image, and how many layer blobs had to be read to know it. */
export interface ReadImage {
  readonly image: StoredImage;
  readonly layersRead: number;
}

/** A manifest with the digest of its bytes. */
export interface ImageManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly manifest: Manifest;
  /** Caps over all layers that differ from the usual ones. */
  readonly limits?: Partial<ImageLimits>;
}

/** Reads an image, from the store where it is known and complete. */
export async function readImage(
  deps: Deps,
  source: ImageSource,
  image: ImageManifest,
): Promise<ReadImage> {
  refuseArtifact(image.manifest);
  const known = await findImage(deps.store, image.digest);
  if (known !== undefined && isCurrent(known)) return { image: known, layersRead: 0 };
  const config = parseImageConfig(await source.readBlob(image.manifest.config, MAX_CONFIG_BYTES));
  // Loaded here because a known image needs none of the readers of files.
  const { readLayers } = await import('./read-layers.ts');
  const read = await readLayers(deps, source, image);
  await keep(deps, { image, config, read });
  const kept = await findImage(deps.store, image.digest);
  if (kept !== undefined) return { image: kept, layersRead: read.layersRead };
  throw new AssayError('internal', `image ${image.digest} was read but is not kept`);
}

/** An incomplete reading is tried again: what stopped it may have passed. */
function isCurrent({ status, extractorVersion, origins }: StoredImage): boolean {
  // An older version kept no origins; they come of the documents, without reading a layer again.
  const whole = status !== 'INCOMPLETE' && origins !== undefined;
  return whole && extractorVersion === EXTRACTOR_VERSION;
}

interface Kept {
  readonly image: ImageManifest;
  readonly config: ImageConfig;
  readonly read: ReadLayers;
}

/** Keeps what was read; facts of a layer that could not be read whole are read again next time. */
async function keep(deps: Deps, { image, config, read }: Kept): Promise<void> {
  const whole = read.facts.filter((one) => one.problems.every((problem) => !problem.fatal));
  const { digest, mediaType, manifest } = image;
  const foreign = manifest.layers.flatMap((layer) => foreignLayerProblem(layer) ?? []);
  const { unread: _unread, ...packageSet } = read.packages;
  await deps.store.write(async (tx) => {
    for (const one of whole) await saveLayerFacts(tx, one, EXTRACTOR_VERSION);
    const child = manifest.config.digest;
    await saveDigestLinks(tx, [{ kind: 'manifest-config', parent: digest, child }]);
    await saveImage(tx, {
      digest,
      mediaType,
      configDigest: manifest.config.digest,
      platform: formatPlatform(config),
      layers: manifest.layers.map((layer) => layer.digest),
      packageSet,
      // Foreign layers are never followed: what they hold is unknown.
      status: foreign.length > 0 ? 'INCOMPLETE' : packageSet.status,
      problems: [...packageSet.problems, ...foreign],
      readTime: deps.now(),
      extractorVersion: EXTRACTOR_VERSION,
      origins: layerOrigins({ manifest, config, facts: read.facts }),
      size: [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0),
      ...(config.created === undefined ? {} : { created: config.created }),
    });
  });
}
