/**
 * What is inside one platform's image. A layer is read at most once per extractor version; an image
 * whose packages are known is not read at all. Nothing of a layer is kept but its facts.
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import type { LayerFacts } from '../domain/layer-facts.ts';
import { foldLayers } from '../image/fold-layers.ts';
import {
  type ImageBudget,
  type ImageLimits,
  newImageBudget,
  spendFacts,
} from '../image/image-budget.ts';
import { type ImageConfig, formatPlatform, parseImageConfig } from '../image/image-config.ts';
import {
  type Descriptor,
  type Manifest,
  foreignLayerProblem,
  refuseArtifact,
} from '../image/manifest.ts';
import { type LayerReader, readLayer } from '../image/read-layer.ts';
import type { ImageSource } from '../remote/image-source.ts';
import {
  EXTRACTOR_VERSION,
  type UnreadFile,
  extendedLayerReader,
  layerReader,
} from '../scanner/extract/extractors.ts';
import { type ReadPackages, readPackages } from '../scanner/read-packages.ts';
import { type StoredImage, findImage, saveDigestLinks, saveImage } from '../store/image-rows.ts';
import { findLayerFacts, saveLayerFacts } from '../store/layer-rows.ts';
import type { Deps } from './deps.ts';

/** Largest image config that is read, in bytes. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
/** Layers that are inflated at once: zlib works in threads, memory stays bounded. */
const PARALLEL_LAYERS = 2;
/** Readings again for files that links lead to; what is unread then stays a fatal problem. */
const SECOND_READINGS = 2;

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
  const read = await readLayers(deps, source, image);
  await keep(deps, { image, config, read });
  const kept = await findImage(deps.store, image.digest);
  if (kept !== undefined) return { image: kept, layersRead: read.layersRead };
  throw new AssayError('internal', `image ${image.digest} was read but is not kept`);
}

/** An incomplete reading is tried again: what stopped it may have passed. */
function isCurrent(image: StoredImage): boolean {
  return image.status !== 'INCOMPLETE' && image.extractorVersion === EXTRACTOR_VERSION;
}

interface ReadLayers {
  readonly facts: readonly LayerFacts[];
  readonly packages: ReadPackages;
  readonly layersRead: number;
}

async function readLayers(
  deps: Deps,
  source: ImageSource,
  { manifest, limits }: ImageManifest,
): Promise<ReadLayers> {
  const own = manifest.layers.filter((layer) => foreignLayerProblem(layer) === undefined);
  const once = { source, want: layerReader, budget: newImageBudget(limits) };
  const first = await collectFacts(deps, own, (layer) => readOnce(deps, once, layer));
  let packages = readPackages(foldLayers(first.facts));
  let { layersRead } = first;
  const unread: UnreadFile[] = [];
  for (let round = 0; round < SECOND_READINGS && packages.unread.length > 0; round += 1) {
    unread.push(...packages.unread);
    const want = extendedLayerReader(unread);
    const more = { source, want, budget: newImageBudget(limits) };
    const again = await collectFacts(deps, own, (layer) => readWanted(more, layer));
    packages = readPackages(foldLayers(again.facts));
    layersRead += again.layersRead;
  }
  return { facts: first.facts, packages, layersRead };
}

interface OneLayer {
  readonly facts: LayerFacts;
  readonly read: boolean;
}

async function collectFacts(
  deps: Deps,
  layers: readonly Descriptor[],
  read: (layer: Descriptor) => Promise<OneLayer>,
): Promise<{ facts: LayerFacts[]; layersRead: number }> {
  const results: OneLayer[] = [];
  const queue = [...layers.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, layer] = next;
      deps.progress(`layer ${index + 1} of ${layers.length} (${megabytes(layer.size)})`);
      results[index] = await read(layer);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_LAYERS }, worker));
  return {
    facts: results.map((one) => one.facts),
    layersRead: results.filter((one) => one.read).length,
  };
}

/** One reading of all layers, which spend one budget. */
interface Reading {
  readonly source: ImageSource;
  readonly want: LayerReader;
  readonly budget: ImageBudget;
}

/** A layer's facts as kept, else read now. */
async function readOnce(deps: Deps, reading: Reading, layer: Descriptor): Promise<OneLayer> {
  const known = await findLayerFacts(deps.store, layer.digest, EXTRACTOR_VERSION);
  return known === undefined
    ? readWanted(reading, layer)
    : { facts: spendFacts(reading.budget, known), read: false };
}

async function readWanted(reading: Reading, layer: Descriptor): Promise<OneLayer> {
  const { source, want, budget } = reading;
  const facts = await readLayer(source.blob(layer), { digest: layer.digest, want, budget });
  return { facts, read: true };
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
      size: [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0),
      ...(config.created === undefined ? {} : { created: config.created }),
    });
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
