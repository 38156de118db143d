/** An image in a registry, as one {@link ImageSource}. */
import type { Digest } from '../domain/digest.ts';
import {
  formatImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from '../domain/image-reference.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { ImageAccess, ImageSource } from './image-source.ts';
import { openRegistryClient } from './registry-client.ts';
import { collectBytes, tooLarge } from './verify-stream.ts';

/**
 * Opens a reference (its digest wins over its tag; neither means `latest`). Refuses a tag of 64
 * hex digits, which is a digest written wrongly. Connects at the first read.
 */
export function openRegistryImage(reference: ImageReference, access: ImageAccess): ImageSource {
  refuseDigestLikeTag(reference);
  const wanted = withDefaultTag(reference);
  const client = access.client ?? openRegistryClient(access);
  const repository = { domain: wanted.domain, path: wanted.path };
  const blob = (descriptor: Descriptor): AsyncIterable<Uint8Array> =>
    client.blob(repository, descriptor);
  return {
    reference: formatImageReference(wanted),
    manifest: (digest?: Digest) =>
      client.manifest({
        repository,
        target: digest ?? wanted.digest ?? wanted.tag ?? 'latest',
      }),
    blob,
    async readBlob(descriptor, cap) {
      const what = `blob ${descriptor.digest} of ${wanted.name}`;
      if (descriptor.size > cap) throw tooLarge(what, cap);
      return collectBytes(blob(descriptor), cap, what);
    },
    async close() {
      if (access.client === undefined) await client.close();
    },
  };
}
