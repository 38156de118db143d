/** What the verbs of our small registry are given. It knows no callers: loopback is its fence. */
import type { Digest } from '../domain/digest.ts';
import { registryError } from '../domain/registry-error.ts';
import type { PushNotifier } from '../remote/push-notifier.ts';
import type { UpstreamRegistry } from '../remote/upstream-registry.ts';
import type { BlobFolder } from '../store/blob-folder.ts';
import type { Log } from './deps.ts';
import type { Micros } from '../domain/time.ts';

/** A manifest in short. */
export interface ManifestSummary {
  readonly mediaType: string;
  /** Bytes of what it names: config and layers, or the manifests of an index. */
  readonly imageSize: number;
  /** When the image was built, as its config says; an index has none. */
  readonly created?: Micros;
  /** The manifests of an index. */
  readonly children: readonly Digest[];
}

/** The effects that the registry's operations may have. */
export interface RegistryDeps {
  readonly folder: BlobFolder;
  /** The registry that is asked for what the folder has not; absent: none is. */
  readonly upstream?: UpstreamRegistry;
  /** What is known of manifests; a digest's content never changes. */
  readonly summaries: Map<Digest, ManifestSummary>;
  readonly log: Log;
  /** Told of manifests that were pushed; absent: nobody is. */
  readonly notifier?: PushNotifier;
}

/** Throws `UNSUPPORTED` where the registry only reads. */
export function refuseReadOnly({ folder, upstream }: RegistryDeps): void {
  if (upstream !== undefined) {
    throw registryError(
      'UNSUPPORTED',
      `this registry reads through to ${upstream.host}; push and delete there`,
    );
  }
  if (!folder.readOnly) return;
  throw registryError(
    'UNSUPPORTED',
    'this registry was started with --read-only; start it without to push or delete',
  );
}
