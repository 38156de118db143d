/** Pushing a blob, at once or in chunks (distribution-spec 1.1, "Pushing blobs"). */
import type { Digest } from '../domain/digest.ts';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type ByteSpan, dropUpload, findBlob, startUpload } from '../store/blob-folder.ts';
import {
  type UploadKey,
  appendUpload,
  cancelUpload,
  finishUpload,
  refuseOversize,
  uploadOffset,
} from '../store/blob-upload.ts';
import { type RegistryDeps, refuseReadOnly } from './registry-deps.ts';

/** Bytes of a blob as a request brings them. */
export interface BlobChunk {
  readonly source: AsyncIterable<Uint8Array>;
  /** Bytes that the request says it has; undefined where it does not say. */
  readonly length?: number;
  /** Which bytes of the blob it says they are. */
  readonly span?: ByteSpan;
}

/** Begins an upload and answers its id. */
export async function startBlobUpload(
  deps: RegistryDeps,
  { repository }: { readonly repository: RepositoryPath },
): Promise<string> {
  refuseReadOnly(deps);
  return startUpload(deps.folder, repository);
}

/** Tells whether a blob of another repository needs no upload: content is shared by all of them. */
export async function mountBlob(
  deps: RegistryDeps,
  { digest }: { readonly digest: Digest },
): Promise<boolean> {
  refuseReadOnly(deps);
  return (await findBlob(deps.folder, digest)) !== undefined;
}

/** Bytes of an upload that are here already; throws `BLOB_UPLOAD_UNKNOWN`. */
export function describeBlobUpload(deps: RegistryDeps, key: UploadKey): number {
  refuseReadOnly(deps);
  return uploadOffset(deps.folder, key);
}

/**
 * Appends a chunk and answers how many bytes are here. Refuses one that does not begin where the
 * last one ended (416), one over the cap, and one that has not the length that it says.
 */
export async function appendBlobChunk(
  deps: RegistryDeps,
  { chunk, ...key }: UploadKey & { readonly chunk: BlobChunk },
): Promise<number> {
  refuseReadOnly(deps);
  const offset = uploadOffset(deps.folder, key);
  refuseDisorder(chunk, offset);
  refuseOversize(deps.folder, offset + (chunk.length ?? 0));
  const end = await appendUpload(deps.folder, key, chunk.source);
  if (chunk.span === undefined || chunk.span.end + 1 === end) return end;
  await dropUpload(deps.folder, key.id);
  throw wrongLength(chunk.span, end - offset);
}

/** Appends the last chunk, if there is one, and ends the upload; answers the blob's size. */
export async function finishBlobUpload(
  deps: RegistryDeps,
  input: UploadKey & { readonly digest: Digest; readonly chunk?: BlobChunk },
): Promise<number> {
  refuseReadOnly(deps);
  const { repository, id, digest, chunk } = input;
  if (chunk !== undefined) await appendBlobChunk(deps, { repository, id, chunk });
  return finishUpload(deps.folder, { repository, id }, digest);
}

/** Pushes a whole blob in one request; nothing of it stays where that fails. */
export async function pushBlob(
  deps: RegistryDeps,
  input: {
    readonly repository: RepositoryPath;
    readonly digest: Digest;
    readonly chunk?: BlobChunk;
  },
): Promise<number> {
  const id = await startBlobUpload(deps, input);
  try {
    return await finishBlobUpload(deps, { ...input, id });
  } finally {
    await dropUpload(deps.folder, id);
  }
}

/** Drops an upload; one that is not there any more is dropped already. */
export async function cancelBlobUpload(deps: RegistryDeps, key: UploadKey): Promise<void> {
  refuseReadOnly(deps);
  await cancelUpload(deps.folder, key);
}

function refuseDisorder({ span, length }: BlobChunk, offset: number): void {
  if (span === undefined) return;
  if (span.start !== offset) {
    const message =
      `the chunk begins at byte ${span.start}, but ${offset} bytes are ` + `here; go on there`;
    throw registryError('BLOB_UPLOAD_INVALID', message, 416);
  }
  if (length !== undefined && length !== span.end + 1 - span.start) throw wrongLength(span, length);
}

function wrongLength({ start, end }: ByteSpan, length: number): Error {
  const message =
    `the chunk has ${length} bytes, but its Content-Range ${start}-${end} ` + `says otherwise`;
  return registryError('SIZE_INVALID', message, 400);
}
