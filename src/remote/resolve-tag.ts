/** What a tag points at now: an event in time, so it is asked anew and never remembered. */
import type { Digest } from '../domain/digest.ts';
import { refuseDigestLikeTag, withDefaultTag } from '../domain/image-reference.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import type { ImageAccess } from './image-source.ts';
import { openRegistryClient } from './registry-client.ts';
import { openSharedClient } from './shared-client.ts';

/** Makes a {@link resolveTag} whose look-ups share a client. */
export function openTagResolver(
  access: ImageAccess & { readonly deadlineMs: number },
): (reference: ImageReference) => Promise<Digest> {
  const client = openSharedClient(access, access.deadlineMs * 2);
  return (reference) => resolveTag(reference, { ...access, client: client() });
}

/**
 * The digest that a reference has now. The manifest is fetched and hashed, since a registry's own
 * word for a digest may differ from what it serves. A reference with a digest needs no network.
 * Throws `unavailable` when it takes longer than `deadlineMs` milliseconds in all.
 */
export async function resolveTag(
  reference: ImageReference,
  access: ImageAccess & { readonly deadlineMs: number },
): Promise<Digest> {
  refuseDigestLikeTag(reference);
  const { domain, path, tag, digest: given } = withDefaultTag(reference);
  if (given !== undefined) return given;
  const client = access.client ?? openRegistryClient(access);
  try {
    const { digest } = await client.manifest({
      repository: { domain, path },
      target: tag ?? 'latest',
      signal: AbortSignal.timeout(access.deadlineMs),
    });
    return digest;
  } finally {
    if (access.client === undefined) await client.close();
  }
}
