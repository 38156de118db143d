/** Manifests and tags of each repository in a blob folder: small files that name a digest. */
import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, isDigest, parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { type RepositoryPath, type Tag, isTag } from '../domain/repository-path.ts';
import type { Micros } from '../domain/time.ts';
import { type BlobFolder, blobPlace, hexOf, putBlob, putSmallFile } from './blob-folder.ts';
import { type FilePlace, isAbsent, pathOf, readSmallFile, removeFile } from './durable-file.ts';

/** A manifest as it was pushed. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A manifest's place in a repository. */
export interface ManifestKey {
  readonly repository: RepositoryPath;
  readonly digest: Digest;
}

/** A tag's place in a repository. */
export interface TagKey {
  readonly repository: RepositoryPath;
  readonly tag: Tag;
}

const NAME_BYTES = 1024;
/** Most names below a repository that are told. */
const MAX_CHILDREN = 1000;

/** The SHA-256 digest of bytes. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

/** Keeps a manifest: its bytes first, then its place in the repository. */
export async function saveManifest(
  folder: BlobFolder,
  repository: RepositoryPath,
  { digest, mediaType, bytes }: StoredManifest,
): Promise<void> {
  await putBlob(folder, digest, bytes);
  await putSmallFile(folder, manifestPlace(folder, { repository, digest }), line(mediaType));
}

/** A manifest of a repository, its bytes checked against the digest; undefined: it is not there. */
export async function findManifest(
  folder: BlobFolder,
  key: ManifestKey,
): Promise<StoredManifest | undefined> {
  const mediaType = await readLine(manifestPlace(folder, key));
  if (mediaType === undefined) return undefined;
  const path = pathOf(blobPlace(folder, key.digest));
  const bytes = await readSmallFile(path, folder.limits.manifestBytes);
  if (bytes !== undefined && digestOfBytes(bytes) === key.digest) {
    return { digest: key.digest, mediaType, bytes };
  }
  throw new AssayError(
    'digest-mismatch',
    `manifest ${key.digest} of ${key.repository} is damaged on disk (${path}); push it again`,
  );
}

/** Tells whether a repository has a manifest, without reading it. */
export async function hasManifest(folder: BlobFolder, key: ManifestKey): Promise<boolean> {
  return (await readLine(manifestPlace(folder, key))) !== undefined;
}

/** Takes a manifest out of a repository, its tags first; tells whether it was there. */
export async function removeManifest(folder: BlobFolder, key: ManifestKey): Promise<boolean> {
  for (const tag of (await readTags(folder, key.repository)) ?? []) {
    const tagKey = { repository: key.repository, tag };
    if ((await findTag(folder, tagKey)) === key.digest) await removeTag(folder, tagKey);
  }
  return removeFile(manifestPlace(folder, key));
}

/** When a manifest came into a repository; undefined: it is not there. */
export async function findManifestTime(
  folder: BlobFolder,
  key: ManifestKey,
): Promise<Micros | undefined> {
  try {
    return Math.floor((await lstat(pathOf(manifestPlace(folder, key)))).mtimeMs) * 1000;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The digests of all manifests of a repository, sorted; none where nothing was pushed to it. */
export async function readManifestDigests(
  folder: BlobFolder,
  repository: RepositoryPath,
): Promise<Digest[]> {
  const names = (await readNames(folder, [...repositoryFolders(repository), '_manifests'])) ?? [];
  return names
    .map((name) => `sha256:${name}`)
    .filter(isDigest)
    .sort();
}

/** The names right below a repository's, sorted, at most {@link MAX_CHILDREN}. */
export async function readChildRepositories(
  folder: BlobFolder,
  repository: RepositoryPath,
): Promise<string[]> {
  const names = (await readNames(folder, repositoryFolders(repository))) ?? [];
  return names
    .filter((name) => !name.startsWith('_'))
    .sort()
    .slice(0, MAX_CHILDREN);
}

/** Points a tag at a digest. */
export async function saveTag(folder: BlobFolder, key: TagKey, digest: Digest): Promise<void> {
  await putSmallFile(folder, tagPlace(folder, key), line(digest));
}

/** The digest that a tag points at; undefined: there is no such tag. */
export async function findTag(folder: BlobFolder, key: TagKey): Promise<Digest | undefined> {
  const digest = await readLine(tagPlace(folder, key));
  if (digest === undefined || isDigest(digest)) return digest;
  const path = pathOf(tagPlace(folder, key));
  throw new AssayError('internal', `${path} holds no digest; push the tag again`);
}

/** Removes a tag; tells whether it was there. */
export async function removeTag(folder: BlobFolder, key: TagKey): Promise<boolean> {
  return removeFile(tagPlace(folder, key));
}

/** All tags of a repository, sorted by their bytes; undefined: nothing was ever pushed to it. */
export async function readTags(
  folder: BlobFolder,
  repository: RepositoryPath,
): Promise<Tag[] | undefined> {
  const names = await readNames(folder, [...repositoryFolders(repository), '_tags']);
  if (names !== undefined) return names.filter(isTag).sort();
  const manifests = await readNames(folder, [...repositoryFolders(repository), '_manifests']);
  return manifests === undefined ? undefined : [];
}

/** The names in a folder, in no order; undefined: there is no such folder. */
export async function readNames(
  folder: BlobFolder,
  parts: readonly string[],
): Promise<string[] | undefined> {
  try {
    return await readdir(join(folder.root, ...parts));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The folders of a repository, whose own things have names that begin with `_`. */
export function repositoryFolders(repository: RepositoryPath): string[] {
  return ['repositories', ...repository.split('/')];
}

function manifestPlace({ root }: BlobFolder, { repository, digest }: ManifestKey): FilePlace {
  return { root, folders: [...repositoryFolders(repository), '_manifests'], name: hexOf(digest) };
}

function tagPlace({ root }: BlobFolder, { repository, tag }: TagKey): FilePlace {
  return { root, folders: [...repositoryFolders(repository), '_tags'], name: tag };
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

async function readLine(place: FilePlace): Promise<string | undefined> {
  const bytes = await readSmallFile(pathOf(place), NAME_BYTES);
  return bytes?.toString('utf8').trimEnd();
}
