/**
 * The base image of an image: a known image whose layers lie beneath its own, else what it says of
 * itself. That layers are those of a known image is measured; whether it was built on that very
 * image, or on one between them that nobody here knows, only the image itself can say.
 */
import type { Digest } from '../domain/digest.ts';
import type { BaseImage, ImageLayer, LayerOrigins } from '../domain/image-layer.ts';
import { chainIds } from './layer-origins.ts';

/** A known image that may be a base, by the ChainID of all its layers. */
export interface BaseCandidate {
  readonly chainId: Digest;
  readonly digest: Digest;
  /** Where it was seen, `repository@digest`. */
  readonly name: string;
}

/** Which ChainIDs a base of the image may have; the last is that of the image itself. */
export function baseChains({ layers }: LayerOrigins): readonly Digest[] {
  const unread = layers.findIndex(({ diffId }) => diffId === undefined);
  const known = unread < 0 ? layers : layers.slice(0, unread);
  return chainIds(known.flatMap(({ diffId }) => diffId ?? []));
}

/**
 * Chooses the base: the candidate that the image names, else the one with the most layers that are
 * fewer than its own (the first given of several); else what the image declares.
 */
export function chooseBase(
  origins: LayerOrigins,
  candidates: readonly BaseCandidate[],
): BaseImage | undefined {
  const depths = new Map(baseChains(origins).map((chainId, index) => [chainId, index + 1]));
  const declared = origins.base;
  const fitting = candidates
    .map((one) => ({ one, layers: depths.get(one.chainId) ?? 0 }))
    .filter(({ layers }) => layers > 0);
  const named = fitting.find(({ one }) => one.digest === declared?.digest);
  const shorter = fitting.filter(({ layers }) => layers < origins.layers.length);
  const found = named ?? shorter.toSorted((a, b) => b.layers - a.layers)[0];
  if (found !== undefined) {
    const { digest, name } = found.one;
    return { name, digest, grade: 'verified', layers: found.layers };
  }
  return declared === undefined ? undefined : { ...declared, grade: 'declared' };
}

/** The layers of an image as they are shown. */
export function showLayers(
  digests: readonly Digest[],
  origins: LayerOrigins | undefined,
  base: BaseImage | undefined,
): readonly ImageLayer[] {
  return digests.map((digest, index) => ({
    digest,
    index,
    ...origins?.layers[index],
    ...belonging(index, base, origins?.base?.digest),
  }));
}

/** A layer by its digest; of one that an image has several times, what all of them share. */
export function findLayer(
  layers: readonly ImageLayer[],
  digest: Digest | undefined,
): ImageLayer | undefined {
  const [first, ...more] = layers.filter((layer) => layer.digest === digest);
  if (first === undefined || more.length === 0) return first;
  const { index: _index, instruction, origin, grade, ...shared } = first;
  const sameStep = more.every((one) => one.instruction === instruction);
  const samePlace = more.every((one) => one.origin === origin && one.grade === grade);
  return {
    ...shared,
    ...(sameStep && instruction !== undefined && { instruction }),
    ...(samePlace ? { origin, grade } : UNKNOWN),
  };
}

const UNKNOWN = { origin: 'unknown', grade: 'unknown' } as const;

/** Of a base that is only declared, no more than the lowest layer is sure to be its own. */
function belonging(
  index: number,
  base: BaseImage | undefined,
  declared: Digest | undefined,
): Pick<ImageLayer, 'origin' | 'grade'> {
  if (base === undefined) return UNKNOWN;
  if (base.grade === 'declared' || base.layers === undefined) {
    const scratch = base.name === 'scratch';
    return index === 0 && !scratch ? { origin: 'base', grade: 'declared' } : UNKNOWN;
  }
  if (index < base.layers) return { origin: 'base', grade: 'verified' };
  return { origin: 'own', grade: base.digest === declared ? 'declared' : 'inferred' };
}
