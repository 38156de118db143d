/** An image in a folder: skopeo's `dir:` layout, or the root of a file system as a single layer. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { canonicalJson } from '../domain/json.ts';
import type { BlobPlace } from './blob-source.ts';
import { blobSource } from './blob-source.ts';
import type { ByteRange } from './byte-range.ts';
import { bytesRange } from './byte-range.ts';
import { tarFolder } from './folder-tar.ts';
import type { ImageAccess, ImageSource } from './image-source.ts';
import { hashContent, makeManifest } from './made-manifest.ts';
import type { MadeImage } from './made-manifest.ts';
import { findFile } from './oci-layout.ts';
import { fileProblem, readFileCapped } from './read-text-file.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { withLimits } from './remote-limits.ts';
import { digestOf } from './verify-stream.ts';

const MAX_VERSION_BYTES = 256;

/**
 * Opens a folder. With a file `version` that begins with "Directory Transport Version" it is
 * skopeo's layout, else a root file system, of which a manifest, config and layer are made.
 */
export function openFolder(reference: string, path: string, access: ImageAccess): ImageSource {
  const limits = withLimits(access.limits);
  let opened: Promise<BlobPlace> | undefined;
  const place = (): Promise<BlobPlace> => (opened ??= openPlace(path, limits));
  return blobSource(
    reference,
    {
      top: async () => (await place()).top(),
      find: async (digest) => (await place()).find(digest),
      async close() {},
    },
    limits,
  );
}

async function openPlace(path: string, limits: RemoteLimits): Promise<BlobPlace> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (!found.isDirectory()) throw new AssayError('invalid-argument', `${path} is not a folder`);
  return (await isSkopeoLayout(path)) ? skopeoPlace(path, limits) : rootPlace(path, limits);
}

async function isSkopeoLayout(path: string): Promise<boolean> {
  const version = await findFile(join(path, 'version'));
  if (version === undefined || version.size > MAX_VERSION_BYTES) return false;
  const text = Buffer.from(await readFileCapped(join(path, 'version'), MAX_VERSION_BYTES));
  return text.toString('utf8').startsWith('Directory Transport Version');
}

function skopeoPlace(path: string, limits: RemoteLimits): BlobPlace {
  return {
    async top() {
      const bytes = await readFileCapped(join(path, 'manifest.json'), limits.manifestBytes);
      return { digest: digestOf(bytes) };
    },
    async find(digest) {
      const hex = digest.slice(digest.indexOf(':') + 1);
      const blob = await findFile(join(path, hex));
      return blob ?? (await findFile(join(path, `${hex}.manifest.json`))) ?? findTop(path, digest);
    },
    async close() {},
  };
}

/** The top document lies under a fixed name, so it is found by hashing it. */
async function findTop(path: string, digest: Digest): Promise<ByteRange | undefined> {
  const range = await findFile(join(path, 'manifest.json'));
  if (range === undefined) return undefined;
  return (await hashContent(range.read())).digest === digest ? range : undefined;
}

function rootPlace(path: string, limits: RemoteLimits): BlobPlace {
  let made: Promise<MadeImage> | undefined;
  const image = (): Promise<MadeImage> => (made ??= makeRootImage(path, limits));
  return {
    top: image,
    find: async (digest) => (await image()).contents.get(digest),
    async close() {},
  };
}

async function makeRootImage(path: string, limits: RemoteLimits): Promise<MadeImage> {
  const read = (): AsyncIterable<Uint8Array> => tarFolder(path, limits.entries);
  const { digest, size } = await hashContent(read());
  const config = Buffer.from(
    canonicalJson({
      architecture: 'unknown',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digest] },
    }),
  );
  const configContent = { digest: digestOf(config), range: bytesRange(config) };
  return makeManifest(configContent, [{ digest, range: { size, read } }]);
}
