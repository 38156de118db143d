/**
 * Deleting a tag, or a manifest with the tags that point at it. Blobs stay: others may use them.
 */
import { removeManifest, removeTag } from '../store/repository-files.ts';
import { type ManifestAddress, unknownManifest } from './pull-manifest.ts';
import { type RegistryDeps, refuseReadOnly } from './registry-deps.ts';

/** Deletes what a tag or a digest names; throws `MANIFEST_UNKNOWN`. */
export async function deleteManifest(deps: RegistryDeps, address: ManifestAddress): Promise<void> {
  refuseReadOnly(deps);
  const { repository, target } = address;
  const removed =
    target.kind === 'tag'
      ? await removeTag(deps.folder, { repository, tag: target.tag })
      : await removeManifest(deps.folder, { repository, digest: target.digest });
  if (!removed) throw unknownManifest(address);
}
