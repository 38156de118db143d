/** An image in an OCI image layout (image-spec, image-layout.md), on disk or in a `docker save`. */
import { join } from 'node:path';

import type { Digest } from '../domain/digest.ts';
import { digestAlgorithm, isDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { parseManifest } from '../image/manifest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { TopDocument } from './blob-source.ts';
import { blobSource } from './blob-source.ts';
import type { ByteRange } from './byte-range.ts';
import { fileRange } from './byte-range.ts';
import type { ImageAccess, ImageSource } from './image-source.ts';
import { readFileCapped, readTextFile } from './read-text-file.ts';
import { withLimits } from './remote-limits.ts';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const REF_NAME = 'org.opencontainers.image.ref.name';
const MAX_LAYOUT_BYTES = 4096;
const MAX_REFS_SHOWN = 50;

/** Which layout, which entry of it, and what the user wrote. */
export interface OciLayoutLocation {
  readonly reference: string;
  readonly directory: string;
  /** A `ref.name` or a digest of `index.json`; needed where it has several entries. */
  readonly ref?: string;
}

/** Opens a layout folder; blobs are regular files of it, read by parsed digest only. */
export function openOciLayout(location: OciLayoutLocation, access: ImageAccess): ImageSource {
  const { reference, directory, ref } = location;
  const limits = withLimits(access.limits);
  return blobSource(
    reference,
    {
      async top() {
        await checkLayoutFile(directory);
        const bytes = await readFileCapped(join(directory, 'index.json'), limits.manifestBytes);
        return chooseEntry(bytes, { reference, ...(ref === undefined ? {} : { ref }) });
      },
      find: (digest) => findBlob(directory, digest),
      async close() {},
    },
    limits,
  );
}

/** The path of a blob below a layout's root (image-layout.md, "Blobs"). */
export function blobPath(digest: Digest): string {
  return `blobs/${digestAlgorithm(digest)}/${digest.slice(digest.indexOf(':') + 1)}`;
}

/** The file under a path, or undefined when there is none. */
export async function findFile(path: string): Promise<ByteRange | undefined> {
  try {
    return await fileRange(path);
  } catch (error) {
    if (isAssayError(error, 'not-found')) return undefined;
    throw error;
  }
}

/**
 * The entry of an `index.json` that a ref (name or digest) selects. Without one there must be a
 * single entry. Refuses none and several, and lists what there is.
 */
export function chooseEntry(
  bytes: Uint8Array,
  wanted: { readonly reference: string; readonly ref?: string },
): TopDocument {
  const index = parseManifest(bytes, INDEX_TYPE);
  if (index.kind !== 'index') {
    throw new AssayError('invalid-image', `${wanted.reference}: index.json is not an image index`);
  }
  const found = index.manifests.filter((entry) => isWanted(entry, wanted.ref));
  const first = found[0];
  const same = found.every((entry) => entry.digest === first?.digest);
  if (first !== undefined && same) return { digest: first.digest, mediaType: first.mediaType };
  throw choiceProblem(index.manifests, wanted, found.length);
}

function isWanted(entry: Descriptor, ref: string | undefined): boolean {
  if (ref === undefined) return true;
  return isDigest(ref) ? entry.digest === ref : entry.annotations?.[REF_NAME] === ref;
}

function choiceProblem(
  entries: readonly Descriptor[],
  wanted: { readonly reference: string; readonly ref?: string },
  count: number,
): AssayError {
  const names = entries.map((entry) => entry.annotations?.[REF_NAME] ?? entry.digest);
  const shown = names.slice(0, MAX_REFS_SHOWN).join(', ');
  const list = names.length > MAX_REFS_SHOWN ? `${shown}, …` : shown;
  if (wanted.ref !== undefined && count === 0) {
    const found = `no image ${JSON.stringify(wanted.ref)}; there are: ${list}`;
    const message = `${wanted.reference}: ${found}`;
    return new AssayError('not-found', message, { details: { refs: names } });
  }
  const problem =
    names.length === 0
      ? 'its index.json lists no image'
      : `${count} images match; choose one by appending :REF or :DIGEST of: ${list}`;
  const message = `${wanted.reference}: ${problem}`;
  return new AssayError('invalid-argument', message, { details: { refs: names } });
}

async function findBlob(directory: string, digest: Digest): Promise<ByteRange | undefined> {
  return findFile(join(directory, blobPath(digest)));
}

async function checkLayoutFile(directory: string): Promise<void> {
  const path = join(directory, 'oci-layout');
  const text = await readTextFile(path, MAX_LAYOUT_BYTES).catch((error: unknown) => {
    if (!isAssayError(error, 'not-found')) throw error;
    throw new AssayError(
      'invalid-image',
      `${directory} is not an OCI image layout: it has no file oci-layout`,
      { cause: error },
    );
  });
  const version = layoutVersion(text);
  if (version === '1.0.0') return;
  throw new AssayError(
    'invalid-image',
    `${path} has imageLayoutVersion ${JSON.stringify(version)?.slice(0, 40)}, wanted "1.0.0"`,
  );
}

function layoutVersion(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return isJsonObject(json) ? json['imageLayoutVersion'] : undefined;
  } catch {
    return undefined;
  }
}
