/**
 * From an image's layers to its packages: each layer is read at most once per extractor version,
 * some of them at the same time, and once more where links lead to files that were not wanted.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LayerFacts } from '../domain/layer-facts.ts';
import { foldLayers } from '../image/fold-layers.ts';
import {
  type ImageBudget,
  type ImageLimits,
  newImageBudget,
  spendFacts,
} from '../image/image-budget.ts';
import { type Descriptor, type Manifest, foreignLayerProblem } from '../image/manifest.ts';
import { type LayerReader, readLayer } from '../image/read-layer.ts';
import type { ImageSource } from '../remote/image-source.ts';
import { EXTRACTOR_VERSION } from '../scanner/extract/extractor-version.ts';
import {
  type UnreadFile,
  extendedLayerReader,
  layerReader,
} from '../scanner/extract/extractors.ts';
import { type ReadPackages, readPackages } from '../scanner/read-packages.ts';
import { findLayerFacts } from '../store/layer-rows.ts';
import type { Deps } from './deps.ts';

/** Layers that are inflated at once: zlib works in threads, memory stays bounded. */
const PARALLEL_LAYERS = 2;
/** Readings again for files that links lead to; what is unread then stays a fatal problem. */
const SECOND_READINGS = 2;

/** What was read of an image's layers. */
export interface ReadLayers {
  /** One for each layer, the lowest first. */
  readonly facts: readonly LayerFacts[];
  readonly packages: ReadPackages;
  readonly layersRead: number;
}

/** An image's manifest, and caps over all its layers that differ from the usual ones. */
interface LayeredImage {
  readonly manifest: Manifest;
  readonly limits?: Partial<ImageLimits>;
}

/** Reads the layers that are not known; foreign ones are left out. */
export async function readLayers(
  deps: Deps,
  source: ImageSource,
  { manifest, limits }: LayeredImage,
): Promise<ReadLayers> {
  const own = manifest.layers.filter((layer) => foreignLayerProblem(layer) === undefined);
  const once = { source, want: layerReader, budget: newImageBudget(limits) };
  const first = await collectFacts(deps, own, (layer) => readOnce(deps, once, layer));
  let packages = await foldPackages(first.facts);
  let { layersRead } = first;
  const unread: UnreadFile[] = [];
  for (let round = 0; round < SECOND_READINGS && packages.unread.length > 0; round += 1) {
    unread.push(...packages.unread);
    const want = extendedLayerReader(unread);
    const more = { source, want, budget: newImageBudget(limits) };
    const again = await collectFacts(deps, own, (layer) => readWanted(more, layer));
    packages = await foldPackages(again.facts);
    layersRead += again.layersRead;
  }
  return { facts: first.facts, packages, layersRead };
}

/** The fold and the packages in turns of their own: a server answers reviews between them. */
async function foldPackages(facts: readonly LayerFacts[]): Promise<ReadPackages> {
  const tree = foldLayers(facts);
  await nextTurn();
  return readPackages(tree);
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
  const facts = await readLayer(source.blob(layer), {
    digest: layer.digest,
    want,
    budget,
    nextTurn: setImmediate,
  });
  return { facts, read: true };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
