/**
 * Deleting a tag, or a manifest with the tags that point at it. Blobs stay: others may use them.
 */
import type { Digest } from '../domain/digest.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { removeManifest, removeTag } from '../store/repository-files.ts';
import { unlinkReferrer } from './link-referrers.ts';
import { type ManifestAddress, unknownManifest } from './pull-manifest.ts';
import { type RegistryDeps, refuseReadOnly } from './registry-deps.ts';

/** Deletes what a tag or a digest names; throws `MANIFEST_UNKNOWN`. */
export async function deleteManifest(deps: RegistryDeps, address: ManifestAddress): Promise<void> {
  refuseReadOnly(deps);
  const { repository, target } = address;
  const removed =
    target.kind === 'tag'
      ? await removeTag(deps.folder, { repository, tag: target.tag })
      : await remove(deps, repository, target.digest);
  if (!removed) throw unknownManifest(address);
}

async function remove(
  { folder }: RegistryDeps,
  repository: RepositoryPath,
  digest: Digest,
): Promise<boolean> {
  await unlinkReferrer(folder, repository, digest);
  return removeManifest(folder, { repository, digest });
}
