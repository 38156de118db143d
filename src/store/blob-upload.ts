/** Writing to uploads of a blob folder: hashed while streaming, visible only once it is proven. */
import type { Digest } from '../domain/digest.ts';
import { parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type BlobFolder, type OpenUpload, blobPlace, dropUpload } from './blob-folder.ts';
import { hasCode, moveIntoPlace, writeAll } from './durable-file.ts';

/** Which upload; an upload is known in its own repository only. */
export interface UploadKey {
  readonly repository: RepositoryPath;
  readonly id: string;
}

/** Bytes received so far; throws `BLOB_UPLOAD_UNKNOWN`. */
export function uploadOffset(folder: BlobFolder, key: UploadKey): number {
  return findUpload(folder, key).offset;
}

/**
 * Appends a stream. Where the stream breaks off, what came before it stays and the client may go
 * on from there; over the cap, or with a full disk, the whole upload is dropped.
 */
export async function appendUpload(
  folder: BlobFolder,
  key: UploadKey,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const upload = takeUpload(folder, key);
  try {
    for await (const chunk of source) await appendChunk(folder, key, { upload, chunk });
    return upload.offset;
  } finally {
    upload.busy = false;
  }
}

/** Ends an upload whose bytes have this digest; throws `DIGEST_INVALID` and drops it otherwise. */
export async function finishUpload(
  folder: BlobFolder,
  key: UploadKey,
  digest: Digest,
): Promise<number> {
  const place = blobPlace(folder, digest);
  const upload = takeUpload(folder, key);
  try {
    refuseOther(upload, digest);
    await upload.file.sync();
    await moveIntoPlace(upload.path, place);
    return upload.offset;
  } finally {
    await dropUpload(folder, key.id);
  }
}

/** Drops an upload; throws `BLOB_UPLOAD_UNKNOWN`, and while it is being written an error too. */
export async function cancelUpload(folder: BlobFolder, key: UploadKey): Promise<void> {
  takeUpload(folder, key);
  await dropUpload(folder, key.id);
}

interface Piece {
  readonly upload: OpenUpload;
  readonly chunk: Uint8Array;
}

async function appendChunk(folder: BlobFolder, key: UploadKey, piece: Piece): Promise<void> {
  const { upload, chunk } = piece;
  try {
    refuseOversize(folder, upload.offset + chunk.length);
    upload.hash.update(chunk);
    await writeAll(upload.file, chunk, upload.offset);
    upload.offset += chunk.length;
  } catch (error) {
    await dropUpload(folder, key.id);
    throw explainWrite(error);
  }
}

/** Throws `SIZE_INVALID` where a blob would be larger than the cap. */
export function refuseOversize({ limits }: BlobFolder, size: number): void {
  if (size <= limits.blobBytes) return;
  throw registryError('SIZE_INVALID', `the blob is larger than ${limits.blobBytes} bytes`);
}

function explainWrite(error: unknown): unknown {
  if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) return error;
  const message = "the registry's disk is full; make room in its folder, then push again";
  return new AssayError('unavailable', message, { cause: error });
}

function refuseOther(upload: OpenUpload, digest: Digest): void {
  const found = parseDigest(`sha256:${upload.hash.digest('hex')}`);
  if (found === digest) return;
  throw registryError(
    'DIGEST_INVALID',
    `the ${upload.offset} bytes received have the digest ${found}, not ${digest}; push again`,
  );
}

function takeUpload(folder: BlobFolder, key: UploadKey): OpenUpload {
  const upload = findUpload(folder, key);
  if (upload.busy) {
    const message = `upload ${key.id} is being written by another request; wait for that one`;
    throw registryError('BLOB_UPLOAD_INVALID', message, 409);
  }
  upload.busy = true;
  // Moved to the end: the first in the map is the one that was idle longest.
  folder.uploads.delete(key.id);
  folder.uploads.set(key.id, upload);
  return upload;
}

function findUpload(folder: BlobFolder, { repository, id }: UploadKey): OpenUpload {
  const upload = folder.uploads.get(id);
  if (upload?.repository === repository) return upload;
  throw registryError(
    'BLOB_UPLOAD_UNKNOWN',
    `${repository} has no upload ${JSON.stringify(id.slice(0, 64))}; begin one with POST`,
  );
}
