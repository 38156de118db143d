/**
 * Blobs and their uploads over HTTP (distribution-spec 1.1, end-2, end-4, end-5, end-6, end-11).
 */
import { parseDigest } from '../domain/digest.ts';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type PulledBlob, pullBlob } from '../operations/pull-blob.ts';
import {
  type BlobChunk,
  appendBlobChunk,
  cancelBlobUpload,
  describeBlobUpload,
  finishBlobUpload,
  mountBlob,
  pushBlob,
  startBlobUpload,
} from '../operations/push-blob.ts';
import { parseRange } from './range-header.ts';
import {
  CONTENT_DIGEST,
  chunkOf,
  type RegistryAnswer,
  type RegistryCall,
  type RegistryHandler,
} from './registry-call.ts';

/** Says that a blob is here, and its size. */
export const headBlob: RegistryHandler = async (deps, { repository, target }) => {
  const digest = parseDigest(target);
  const blob = await pullBlob(deps, { repository, digest });
  await blob.close();
  return { status: 200, headers: blobHeaders(digest, blob) };
};

/** Sends a blob, or the part of it that a `Range` header asks for. */
export const getBlob: RegistryHandler = async (deps, { repository, target, raw }) => {
  const digest = parseDigest(target);
  const blob = await pullBlob(deps, { repository, digest });
  const span = blob.divisible ? spanOf(raw, blob.size) : 'whole';
  if (span === 'none') return unsatisfiable(blob.size);
  if (span === 'whole') {
    return { status: 200, headers: blobHeaders(digest, blob), body: await blob.read() };
  }
  const headers = {
    ...blobHeaders(digest, { ...blob, size: span.end + 1 - span.start }),
    'content-range': `bytes ${span.start}-${span.end}/${blob.size}`,
  };
  return { status: 206, headers, body: await blob.read(span) };
};

/** Without validators of ours no If-Range can match: the answer is the whole. */
function spanOf({ headers }: RegistryCall['raw'], size: number): ReturnType<typeof parseRange> {
  return parseRange(headers['if-range'] === undefined ? headers.range : undefined, size);
}

/** Begins an upload; with `?digest=` takes the whole blob, with `?mount=` what is here already. */
export const postUpload: RegistryHandler = async (deps, call) => {
  const { repository, query, raw } = call;
  const digest = query.get('digest');
  if (digest !== null) {
    const wanted = parseDigest(digest);
    await pushBlob(deps, { repository, digest: wanted, ...bodyOf(raw) });
    return created(repository, wanted);
  }
  const mount = query.get('mount');
  if (mount !== null && (await mountBlob(deps, { digest: parseDigest(mount) }))) {
    return created(repository, parseDigest(mount));
  }
  const id = await startBlobUpload(deps, { repository });
  return { status: 202, headers: uploadHeaders({ repository, id }, 0) };
};

/** Says how much of an upload is here. */
export const getUpload: RegistryHandler = async (deps, call) => {
  const key = uploadKey(call);
  return { status: 204, headers: uploadHeaders(key, describeBlobUpload(deps, key)) };
};

/** Takes a chunk of an upload. */
export const patchUpload: RegistryHandler = async (deps, call) => {
  const key = uploadKey(call);
  const chunk = chunkOf(call.raw);
  const end =
    chunk === undefined
      ? describeBlobUpload(deps, key)
      : await appendBlobChunk(deps, { ...key, chunk });
  return { status: 202, headers: uploadHeaders(key, end) };
};

/** Takes the last chunk of an upload, if there is one, and the digest of it all. */
export const putUpload: RegistryHandler = async (deps, call) => {
  const key = uploadKey(call);
  const given = call.query.get('digest');
  if (given === null) {
    throw registryError('DIGEST_INVALID', 'the upload has no digest; end it with ?digest=sha256:…');
  }
  const digest = parseDigest(given);
  await finishBlobUpload(deps, { ...key, digest, ...bodyOf(call.raw) });
  return created(key.repository, digest);
};

/** Drops an upload. */
export const deleteUpload: RegistryHandler = async (deps, call) => {
  await cancelBlobUpload(deps, uploadKey(call));
  return { status: 204 };
};

function bodyOf(raw: RegistryCall['raw']): { readonly chunk?: BlobChunk } {
  const chunk = chunkOf(raw);
  return chunk === undefined ? {} : { chunk };
}

interface Upload {
  readonly repository: RepositoryPath;
  readonly id: string;
}

function uploadKey({ repository, target }: RegistryCall): Upload {
  return { repository, id: target };
}

function uploadHeaders({ repository, id }: Upload, end: number): Record<string, string> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(end - 1, 0)}`,
    'docker-upload-uuid': id,
  };
}

function blobHeaders(
  digest: string,
  { size, divisible }: Pick<PulledBlob, 'size' | 'divisible'>,
): Record<string, string | number> {
  return {
    'content-type': 'application/octet-stream',
    'content-length': size,
    ...(divisible && { 'accept-ranges': 'bytes' }),
    [CONTENT_DIGEST]: digest,
  };
}

function created(repository: RepositoryPath, digest: string): RegistryAnswer {
  const location = `/v2/${repository}/blobs/${digest}`;
  return { status: 201, headers: { location, [CONTENT_DIGEST]: digest } };
}

function unsatisfiable(size: number): RegistryAnswer {
  return { status: 416, headers: { 'content-range': `bytes */${size}` } };
}
