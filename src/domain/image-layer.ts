/**
 * Where in an image a package came from: its layer, the build instruction that made the layer, and
 * whether that layer belongs to the base image. What an image says of itself is `declared`; what
 * was computed from its layers is `verified`; what follows from the two is `inferred`.
 */
import type { Digest } from './digest.ts';

/** A layer as it is kept of an image. */
export interface KeptLayer {
  /** Digest of the uncompressed layer, computed; absent where it was not read whole. */
  readonly diffId?: Digest;
  /** The instruction that made it, cleaned and cut; absent where the history does not tell. */
  readonly instruction?: string;
}

/** The base image that an image says it was built on. */
export interface DeclaredBase {
  readonly name?: string;
  readonly digest?: Digest;
}

/** What is kept of an image's layers, lowest first, and of its base. */
export interface LayerOrigins {
  readonly layers: readonly KeptLayer[];
  /** OCI's ChainID of all layers; absent where one of them was not read whole. */
  readonly chainId?: Digest;
  readonly base?: DeclaredBase;
}

/** How sure it is where a layer belongs. */
export type LayerGrade = 'unknown' | 'inferred' | 'declared' | 'verified';

/** The base image of an image. */
export interface BaseImage extends DeclaredBase {
  readonly grade: 'declared' | 'verified';
  /** How many of the lowest layers are its own; absent where that is not known. */
  readonly layers?: number;
}

/** A layer as it is shown. */
export interface ImageLayer extends KeptLayer {
  readonly digest: Digest;
  /** From 0, the lowest; absent where an image has the layer several times. */
  readonly index?: number;
  readonly origin: 'base' | 'own' | 'unknown';
  readonly grade: LayerGrade;
}
