/**
 * An image in the tar that `docker save` and skopeo's docker-archive write: either an OCI layout in
 * a tar (Docker 25 and newer), or `manifest.json` with a config and layers named by path.
 */
import type { FileHandle } from 'node:fs/promises';

import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import type { TopDocument } from './blob-source.ts';
import { blobSource } from './blob-source.ts';
import type { ByteRange } from './byte-range.ts';
import { openNamedFile, readRange } from './byte-range.ts';
import type { ImageAccess, ImageSource } from './image-source.ts';
import { hashContent, makeManifest } from './made-manifest.ts';
import type { MadeImage } from './made-manifest.ts';
import { blobPath, chooseEntry } from './oci-layout.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { withLimits } from './remote-limits.ts';
import type { TarMember } from './tar-index.ts';
import { findMember, indexTar } from './tar-index.ts';
import { collectBytes } from './verify-stream.ts';

interface OpenArchive {
  readonly name: string;
  readonly handle: FileHandle;
  readonly members: ReadonlyMap<string, TarMember>;
  readonly limits: RemoteLimits;
}

interface ArchiveContent {
  readonly top: TopDocument;
  find(digest: Digest): ByteRange | undefined;
}

const COMPRESSIONS: readonly (readonly [string, string])[] = [
  ['1f8b', 'gzip -dc'],
  ['28b52ffd', 'zstd -dc'],
  ['fd377a585a00', 'xz -dc'],
  ['425a68', 'bzip2 -dc'],
];
const MAX_LAYERS = 10_000;

/** Opens an archive file; it is indexed at the first read and kept open until `close`. */
export function openDockerArchive(
  reference: string,
  path: string,
  access: ImageAccess,
): ImageSource {
  const limits = withLimits(access.limits);
  let archive: Promise<OpenArchive> | undefined;
  let content: Promise<ArchiveContent> | undefined;
  const opened = (): Promise<ArchiveContent> => {
    archive ??= openArchive(path, limits);
    content ??= archive.then(readContent);
    return content;
  };
  return blobSource(
    reference,
    {
      top: async () => (await opened()).top,
      find: async (digest) => (await opened()).find(digest),
      async close() {
        const open = await archive?.catch(() => undefined);
        await content?.catch(() => undefined);
        await open?.handle.close();
      },
    },
    limits,
  );
}

async function openArchive(name: string, limits: RemoteLimits): Promise<OpenArchive> {
  const { handle, size } = await openNamedFile(name);
  try {
    await refuseCompressed(handle, name);
    const members = await indexTar({ handle, name, size, maxEntries: limits.entries });
    return { name, handle, members, limits };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function refuseCompressed(handle: FileHandle, name: string): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  const magic = buffer.toString('hex', 0, bytesRead);
  const found = COMPRESSIONS.find(([prefix]) => magic.startsWith(prefix));
  if (found === undefined) return;
  throw new AssayError(
    'unsupported',
    `${name} is compressed as a whole; decompress it first: ${found[1]} ${name} > image.tar`,
  );
}

async function readContent(archive: OpenArchive): Promise<ArchiveContent> {
  if (findMember(archive.members, 'oci-layout') && findMember(archive.members, 'index.json')) {
    const bytes = await readMember(archive, 'index.json');
    return {
      top: chooseEntry(bytes, { reference: archive.name }),
      find: (digest) => rangeOf(archive, blobPath(digest)),
    };
  }
  const made = await readSavedImage(archive);
  return { top: made, find: (digest) => made.contents.get(digest) };
}

async function readSavedImage(archive: OpenArchive): Promise<MadeImage> {
  const { Config: config, Layers: layers } = await readSaveManifest(archive);
  if (typeof config !== 'string' || !Array.isArray(layers) || layers.length > MAX_LAYERS) {
    throw problem(archive, 'an image in manifest.json needs Config and a list of Layers');
  }
  const contents = [];
  for (const layer of [config, ...layers]) {
    const range = typeof layer === 'string' ? rangeOf(archive, layer) : undefined;
    if (range === undefined) {
      throw problem(archive, `manifest.json names ${JSON.stringify(layer)}, which is not there`);
    }
    contents.push({ range, digest: (await hashContent(range.read())).digest });
  }
  const [first, ...rest] = contents;
  if (first === undefined) throw problem(archive, 'manifest.json names no config');
  return makeManifest(first, rest);
}

async function readSaveManifest(archive: OpenArchive): Promise<JsonObject> {
  const images = parseJson(await readMember(archive, 'manifest.json'));
  const [first, ...others] = Array.isArray(images) ? images : [];
  if (!isJsonObject(first)) throw problem(archive, 'manifest.json is no list of images');
  if (others.length === 0) return first;
  const tags = [first, ...others].map((image) => JSON.stringify(image?.['RepoTags'] ?? 'untagged'));
  throw new AssayError(
    'invalid-argument',
    `${archive.name} holds ${tags.length} images (${tags.slice(0, 20).join(', ')}); save one alone`,
  );
}

async function readMember(archive: OpenArchive, path: string): Promise<Uint8Array> {
  const range = rangeOf(archive, path);
  if (range === undefined) throw problem(archive, `it has neither index.json nor ${path}`);
  return collectBytes(range.read(), archive.limits.manifestBytes, `${archive.name}: ${path}`);
}

function rangeOf(archive: OpenArchive, path: string): ByteRange | undefined {
  const member = findMember(archive.members, path);
  if (member === undefined) return undefined;
  return {
    size: member.size,
    read: () => readRange(archive.handle, member.start, member.size),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function problem(archive: OpenArchive, text: string): AssayError {
  return new AssayError(
    'invalid-image',
    `${archive.name} is not an archive of docker save: ${text}; save the image again`,
  );
}
