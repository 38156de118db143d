/** Pulling a manifest by tag or digest. */
import type { Digest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import { registryError } from '../domain/registry-error.ts';
import type { ManifestTarget, RepositoryPath } from '../domain/repository-path.ts';
import type { UpstreamRegistry } from '../remote/upstream-registry.ts';
import {
  type StoredManifest,
  findManifest,
  findTag,
  saveManifest,
} from '../store/repository-files.ts';
import type { RegistryDeps } from './registry-deps.ts';

/** Which manifest of which repository. */
export interface ManifestAddress {
  readonly repository: RepositoryPath;
  readonly target: ManifestTarget;
}

/**
 * The manifest as it was pushed; throws `MANIFEST_UNKNOWN`. Where there is an upstream, tags are
 * its own; what it sent is checked, and kept in the folder unless that is read-only.
 */
export async function pullManifest(
  deps: RegistryDeps,
  address: ManifestAddress,
): Promise<StoredManifest> {
  const { upstream } = deps;
  const found = await findHere(deps, address);
  if (found !== undefined) return found;
  if (upstream === undefined) throw unknownManifest(address);
  const stored = await fetchManifest(upstream, address);
  if (!deps.folder.readOnly) await saveManifest(deps.folder, address.repository, stored);
  return stored;
}

async function findHere(
  { folder, upstream }: RegistryDeps,
  { repository, target }: ManifestAddress,
): Promise<StoredManifest | undefined> {
  if (target.kind === 'digest') {
    return findManifest(folder, { repository, digest: target.digest });
  }
  if (upstream !== undefined) return undefined;
  const digest: Digest | undefined = await findTag(folder, { repository, tag: target.tag });
  return digest === undefined ? undefined : findManifest(folder, { repository, digest });
}

async function fetchManifest(
  upstream: UpstreamRegistry,
  address: ManifestAddress,
): Promise<StoredManifest> {
  const { repository, target } = address;
  try {
    return await upstream.manifest(repository, target.kind === 'tag' ? target.tag : target.digest);
  } catch (error) {
    throw isAssayError(error, 'not-found') ? unknownManifest(address) : error;
  }
}

/** The error for a manifest that is not there. */
export function unknownManifest({ repository, target }: ManifestAddress): Error {
  const name = target.kind === 'tag' ? `tag ${target.tag}` : `manifest ${target.digest}`;
  return registryError('MANIFEST_UNKNOWN', `${repository} has no ${name}; push it first`);
}
