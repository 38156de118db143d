/**
 * What is attached to an image, read in as few round trips as there can be: where the digest is
 * known, the image's own manifest and every place beside it are asked at once.
 */
import type { Digest } from '../domain/digest.ts';
import {
  type ImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from '../domain/image-reference.ts';
import {
  type Attachments,
  type AttachmentQuery,
  findAttachments,
} from '../remote/find-attachments.ts';
import type { FetchedManifest, RegistryClient } from '../remote/registry-client.ts';

/** An image's manifest as received, and what is attached to it. */
export interface AttachedImage extends FetchedManifest {
  readonly name: string;
  readonly found: Attachments;
}

/** Where to look, and for how long. */
export type AttachedPlaces = Omit<AttachmentQuery, 'repository' | 'digest'>;

/** Reads an image and what is attached to it; throws where the image itself cannot be read. */
export async function readAttached(
  client: RegistryClient,
  reference: ImageReference,
  places: AttachedPlaces = {},
): Promise<AttachedImage> {
  refuseDigestLikeTag(reference);
  const { domain, path, tag, digest, name } = withDefaultTag(reference);
  const repository = { domain, path };
  const { signal } = places;
  const look = (of: Digest): Promise<Attachments> =>
    findAttachments(client, { ...places, repository, digest: of });
  const fetching = client.manifest({ repository, target: digest ?? tag ?? 'latest', signal });
  if (digest !== undefined) {
    const [fetched, found] = await Promise.all([fetching, look(digest)]);
    return { ...fetched, name, found };
  }
  const fetched = await fetching;
  return { ...fetched, name, found: await look(fetched.digest) };
}
