/**
 * Keeping the links from a subject to what is attached to it. Manifests that were pushed before
 * there were links get theirs when the repository is first asked or attached to.
 */
import type { Digest } from '../domain/digest.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type ImageIndex, type Manifest, parseManifest } from '../image/manifest.ts';
import type { BlobFolder } from '../store/blob-folder.ts';
import {
  areReferrersComplete,
  markReferrersComplete,
  removeReferrer,
  saveReferrer,
} from '../store/referrer-files.ts';
import { findManifest, readManifestDigests } from '../store/repository-files.ts';

/** A manifest of a repository, and what it is attached to. */
interface Attached {
  readonly digest: Digest;
  readonly subject: Digest;
}

/** Links a manifest to its subject, if it has one. */
export async function linkReferrer(
  folder: BlobFolder,
  repository: RepositoryPath,
  { digest, manifest }: { readonly digest: Digest; readonly manifest: Manifest | ImageIndex },
): Promise<void> {
  const subject = manifest.subject?.digest;
  if (subject === undefined) return;
  await saveReferrer(folder, { repository, subject, referrer: digest });
}

/** Forgets the link of a manifest that is about to be removed. */
export async function unlinkReferrer(
  folder: BlobFolder,
  repository: RepositoryPath,
  digest: Digest,
): Promise<void> {
  const attached = await readAttached(folder, repository, digest);
  if (attached === undefined) return;
  await removeReferrer(folder, { repository, subject: attached.subject, referrer: digest });
}

/**
 * Sees to it that a repository's links are complete. Of a read-only folder nothing is kept: what is
 * answered are the links to one subject that are missing.
 */
export async function completeReferrers(
  folder: BlobFolder,
  repository: RepositoryPath,
  wanted: Digest,
): Promise<readonly Digest[]> {
  if (await areReferrersComplete(folder, repository)) return [];
  const missing: Digest[] = [];
  for (const digest of await readManifestDigests(folder, repository)) {
    const attached = await readAttached(folder, repository, digest);
    if (attached === undefined) continue;
    if (attached.subject === wanted) missing.push(digest);
    if (folder.readOnly) continue;
    await saveReferrer(folder, { repository, subject: attached.subject, referrer: digest });
  }
  if (!folder.readOnly) await markReferrersComplete(folder, repository);
  return missing;
}

/** Undefined where a manifest is attached to nothing, or to what cannot be linked. */
async function readAttached(
  folder: BlobFolder,
  repository: RepositoryPath,
  digest: Digest,
): Promise<Attached | undefined> {
  const stored = await findManifest(folder, { repository, digest });
  if (stored === undefined) return undefined;
  const { subject } = parseManifest(stored.bytes, stored.mediaType);
  return subject?.digest.startsWith('sha256:') ? { digest, subject: subject.digest } : undefined;
}
