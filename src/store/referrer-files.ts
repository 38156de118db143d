/**
 * Which manifests of a repository are attached to which: an empty file each, named by the digest of
 * the attached manifest, in a folder named by its subject's. A link says nothing else: what is
 * attached is read from the manifest itself, and a link to one that is gone counts for nothing.
 *
 * `repositories/NAME/_referrers/SUBJECT/HEX` · `…/_referrers/complete` once all manifests that were
 * pushed before there were links have theirs.
 */
import { type Digest, isDigest } from '../domain/digest.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type BlobFolder, hexOf, putSmallFile } from './blob-folder.ts';
import { type FilePlace, pathOf, readSmallFile, removeFile } from './durable-file.ts';
import { readNames, repositoryFolders } from './repository-files.ts';

/** A manifest and what it is attached to, by digest. */
export interface ReferrerLink {
  readonly repository: RepositoryPath;
  readonly subject: Digest;
  readonly referrer: Digest;
}

const REFERRERS = '_referrers';
const COMPLETE = 'complete';
const NOTHING = new Uint8Array();

/** Keeps a link; refuses digests that are not SHA-256. */
export async function saveReferrer(folder: BlobFolder, link: ReferrerLink): Promise<void> {
  await putSmallFile(folder, linkPlace(folder, link), NOTHING);
}

/** Removes a link; one that is not there is no error. */
export async function removeReferrer(folder: BlobFolder, link: ReferrerLink): Promise<void> {
  await removeFile(linkPlace(folder, link));
}

/** The manifests that were attached to a subject, sorted; they may be gone by now. */
export async function readReferrers(
  folder: BlobFolder,
  { repository, subject }: Omit<ReferrerLink, 'referrer'>,
): Promise<Digest[]> {
  const names = await readNames(folder, [...referrersFolder(repository), hexOf(subject)]);
  return (names ?? [])
    .map((name) => `sha256:${name}`)
    .filter(isDigest)
    .sort();
}

/** Tells whether a repository's links are complete. */
export async function areReferrersComplete(
  folder: BlobFolder,
  repository: RepositoryPath,
): Promise<boolean> {
  return (await readSmallFile(pathOf(completePlace(folder, repository)), 1)) !== undefined;
}

/** Says that a repository's links are complete. */
export async function markReferrersComplete(
  folder: BlobFolder,
  repository: RepositoryPath,
): Promise<void> {
  await putSmallFile(folder, completePlace(folder, repository), NOTHING);
}

function referrersFolder(repository: RepositoryPath): string[] {
  return [...repositoryFolders(repository), REFERRERS];
}

function linkPlace(
  { root }: BlobFolder,
  { repository, subject, referrer }: ReferrerLink,
): FilePlace {
  const folders = [...referrersFolder(repository), hexOf(subject)];
  return { root, folders, name: hexOf(referrer) };
}

function completePlace({ root }: BlobFolder, repository: RepositoryPath): FilePlace {
  return { root, folders: referrersFolder(repository), name: COMPLETE };
}
