/** Pulling a manifest by tag or digest. */
import type { Digest } from '../domain/digest.ts';
import { registryError } from '../domain/registry-error.ts';
import type { ManifestTarget, RepositoryPath } from '../domain/repository-path.ts';
import { type StoredManifest, findManifest, findTag } from '../store/repository-files.ts';
import type { RegistryDeps } from './registry-deps.ts';

/** Which manifest of which repository. */
export interface ManifestAddress {
  readonly repository: RepositoryPath;
  readonly target: ManifestTarget;
}

/** The manifest as it was pushed; throws `MANIFEST_UNKNOWN`. */
export async function pullManifest(
  { folder }: RegistryDeps,
  address: ManifestAddress,
): Promise<StoredManifest> {
  const { repository, target } = address;
  const digest: Digest | undefined =
    target.kind === 'digest'
      ? target.digest
      : await findTag(folder, { repository, tag: target.tag });
  const found =
    digest === undefined ? undefined : await findManifest(folder, { repository, digest });
  if (found !== undefined) return found;
  throw unknownManifest(address);
}

/** The error for a manifest that is not there. */
export function unknownManifest({ repository, target }: ManifestAddress): Error {
  const name = target.kind === 'tag' ? `tag ${target.tag}` : `manifest ${target.digest}`;
  return registryError('MANIFEST_UNKNOWN', `${repository} has no ${name}; push it first`);
}
