/** Pushing a manifest: kept only when everything that it names is here already. */
import { registryError } from '../domain/registry-error.ts';
import type { ManifestTarget, RepositoryPath } from '../domain/repository-path.ts';
import type { Digest } from '../domain/digest.ts';
import type { AssayError } from '../domain/error.ts';
import {
  type Descriptor,
  type ImageIndex,
  MANIFEST_MEDIA_TYPES,
  type Manifest,
  parseManifest,
} from '../image/manifest.ts';
import { findBlob } from '../store/blob-folder.ts';
import {
  type StoredManifest,
  digestOfBytes,
  hasManifest,
  saveManifest,
  saveTag,
} from '../store/repository-files.ts';
import { linkReferrer } from './link-referrers.ts';
import { type RegistryDeps, refuseReadOnly } from './registry-deps.ts';

/** A manifest as a client pushes it. */
export interface PushedManifest {
  readonly repository: RepositoryPath;
  readonly target: ManifestTarget;
  readonly bytes: Uint8Array;
  /** The request's Content-Type, if it has one. */
  readonly mediaType?: string;
  /** The host by which the client called; absent: nobody is told of the push. */
  readonly host?: string;
}

/** What was kept. */
export interface KeptManifest extends StoredManifest {
  /** What it is attached to; its place in the list of that one's referrers is kept too. */
  readonly subject?: Digest;
}

/**
 * Keeps a manifest or index and points the tag at it; answers its digest. Refuses over 4 MiB, what
 * is no manifest, another media type or digest than was said, and content that is not here. What
 * a `subject` names need not be here (distribution-spec 1.1, "Pushing manifests with subject").
 */
export async function pushManifest(
  deps: RegistryDeps,
  pushed: PushedManifest,
): Promise<KeptManifest> {
  refuseReadOnly(deps);
  const { repository, target, bytes } = pushed;
  refuseOversize(bytes.length, deps.folder.limits.manifestBytes);
  const manifest = readManifest(pushed);
  const digest = digestOfBytes(bytes);
  if (target.kind === 'digest') refuseOtherDigest(target.digest, digest);
  await refuseMissing(deps, repository, manifest);
  const stored: StoredManifest = { digest, mediaType: manifest.mediaType, bytes };
  // First the link: one without its manifest counts for nothing, the other way round it is missed.
  await linkReferrer(deps.folder, repository, { digest, manifest });
  await saveManifest(deps.folder, repository, stored);
  if (target.kind === 'tag') await saveTag(deps.folder, { repository, tag: target.tag }, digest);
  tellPush(deps, pushed, stored);
  const subject = manifest.subject?.digest;
  return subject === undefined ? stored : { ...stored, subject };
}

function tellPush(deps: RegistryDeps, pushed: PushedManifest, stored: StoredManifest): void {
  const { host, repository, target, bytes } = pushed;
  if (host === undefined) return;
  const { digest, mediaType } = stored;
  const tag = target.kind === 'tag' ? { tag: target.tag } : {};
  deps.notifier?.tell({ host, repository, digest, mediaType, size: bytes.length, ...tag });
}

function readManifest({ bytes, mediaType }: PushedManifest): Manifest | ImageIndex {
  const said = mediaType?.split(';')[0]?.trim().toLowerCase();
  if (said !== undefined && !MANIFEST_MEDIA_TYPES.includes(said)) {
    const wanted = MANIFEST_MEDIA_TYPES.join(', ');
    throw invalid(`Content-Type is ${JSON.stringify(said.slice(0, 120))}; push one of: ${wanted}`);
  }
  const manifest = parseManifest(bytes, said);
  if (said === undefined || manifest.mediaType === said) return manifest;
  throw invalid(`manifest.mediaType is ${manifest.mediaType}, but Content-Type is ${said}`);
}

async function refuseMissing(
  deps: RegistryDeps,
  repository: RepositoryPath,
  manifest: Manifest | ImageIndex,
): Promise<void> {
  const wanted =
    manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers];
  for (const descriptor of wanted) {
    // The layers that clients fetch from elsewhere are pushed to no registry.
    if (descriptor.foreign === true) continue;
    await refuseUnknown(deps, descriptor);
    if (manifest.kind === 'index') await refuseStranger(deps, repository, descriptor.digest);
  }
}

async function refuseUnknown({ folder }: RegistryDeps, descriptor: Descriptor): Promise<void> {
  const { digest, size } = descriptor;
  const found = await findBlob(folder, digest);
  if (found === undefined) throw unknownContent(`the manifest names ${digest}, which is not here`);
  if (found === size) return;
  throw invalid(`the manifest says that ${digest} has ${size} bytes; it has ${found}`);
}

async function refuseStranger(
  { folder }: RegistryDeps,
  repository: RepositoryPath,
  digest: Digest,
): Promise<void> {
  if (await hasManifest(folder, { repository, digest })) return;
  throw unknownContent(`the index names ${digest}, which is no manifest of ${repository}`);
}

function refuseOversize(size: number, cap: number): void {
  if (size <= cap) return;
  throw registryError('SIZE_INVALID', `the manifest has ${size} bytes; at most ${cap} are kept`);
}

function refuseOtherDigest(wanted: Digest, found: Digest): void {
  if (wanted === found) return;
  throw registryError('DIGEST_INVALID', `the manifest's digest is ${found}, not ${wanted}`);
}

function unknownContent(problem: string): AssayError {
  return registryError('MANIFEST_BLOB_UNKNOWN', `${problem}; push that first`);
}

function invalid(message: string): AssayError {
  return registryError('MANIFEST_INVALID', message);
}
