/**
 * What every place that an image can come from looks like from above: registries, layouts,
 * archives and folders differ in how bytes are found, never in what may be trusted about them.
 */
import type { Digest } from '../domain/digest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { RegistryClient } from './registry-client.ts';

/** How images may be reached; every field has a safe default. */
export interface ImageAccess extends RegistryAccess {
  /** A client to share tokens and connections with; whoever opened it closes it. */
  readonly client?: RegistryClient;
}

/** A manifest or index as received; the digest is computed from these bytes. */
export interface ManifestDocument {
  readonly bytes: Uint8Array;
  /** As the source declares it, without parameters; undefined where it says nothing specific. */
  readonly mediaType: string | undefined;
  readonly digest: Digest;
}

/** One image, wherever it is. Whoever opens it closes it. */
export interface ImageSource {
  /** The normalised reference for a registry, else the argument as it was given. */
  readonly reference: string;
  /** The top document, or the one with a digest; throws `digest-mismatch` for other bytes. */
  manifest(digest?: Digest): Promise<ManifestDocument>;
  /** The blob's bytes, hashed on the way: throws `digest-mismatch` at the end or over its size. */
  blob(descriptor: Descriptor): AsyncIterable<Uint8Array>;
  /** A whole small blob, verified; refuses one whose descriptor says more than `cap` bytes. */
  readBlob(descriptor: Descriptor, cap: number): Promise<Uint8Array>;
  /** Gives back files and connections. */
  close(): Promise<void>;
}
