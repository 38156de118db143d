/** What a list of images says of one manifest, told from the manifest and the config it names. */
import { isAssayError } from '../domain/error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import type { Micros } from '../domain/time.ts';
import { parseImageConfig } from '../image/image-config.ts';
import {
  type Descriptor,
  type ImageIndex,
  type Manifest,
  isImageConfig,
  parseManifest,
} from '../image/manifest.ts';
import { collectBytes } from '../remote/verify-stream.ts';
import { putBlob } from '../store/blob-folder.ts';
import { digestOfBytes, type StoredManifest } from '../store/repository-files.ts';
import { pullBlob } from './pull-blob.ts';
import type { ManifestSummary, RegistryDeps } from './registry-deps.ts';

/** Manifests that are remembered; each takes less than 1 KB. */
const MAX_REMEMBERED = 20_000;
/** Largest config that is read, in bytes. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** Sums a manifest up. Throws what reading it throws; a config that is none leaves no time. */
export async function summariseManifest(
  deps: RegistryDeps,
  repository: RepositoryPath,
  { digest, bytes, mediaType }: StoredManifest,
): Promise<ManifestSummary> {
  const manifest = parseManifest(bytes, mediaType);
  const created =
    manifest.kind === 'manifest' ? await readCreated(deps, repository, manifest.config) : undefined;
  const summary = {
    mediaType: manifest.mediaType,
    imageSize: namedBy(manifest).reduce((sum, { size }) => sum + size, 0),
    children: manifest.kind === 'index' ? manifest.manifests.map((one) => one.digest) : [],
    ...(created === undefined ? {} : { created }),
  };
  if (deps.summaries.size >= MAX_REMEMBERED) deps.summaries.clear();
  deps.summaries.set(digest, summary);
  return summary;
}

function namedBy(manifest: Manifest | ImageIndex): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers];
}

async function readCreated(
  deps: RegistryDeps,
  repository: RepositoryPath,
  config: Descriptor,
): Promise<Micros | undefined> {
  if (!isImageConfig(config) || config.size > MAX_CONFIG_BYTES) return undefined;
  const bytes = await readConfig(deps, repository, config);
  try {
    return parseImageConfig(bytes).created;
  } catch (error) {
    // What the image says of itself is wrong; the manifest is still there.
    if (isAssayError(error, 'invalid-image')) return undefined;
    throw error;
  }
}

async function readConfig(
  deps: RegistryDeps,
  repository: RepositoryPath,
  { digest }: Descriptor,
): Promise<Uint8Array> {
  const blob = await pullBlob(deps, { repository, digest });
  const bytes = await collectBytes(await blob.read(), MAX_CONFIG_BYTES, `config ${digest}`);
  const keep = !blob.divisible && !deps.folder.readOnly && digestOfBytes(bytes) === digest;
  if (keep) await putBlob(deps.folder, digest, bytes);
  return bytes;
}
