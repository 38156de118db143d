/** Pulling a blob, whole or in part (distribution-spec 1.1, "Pulling blobs"). */
import { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type ByteSpan, findBlob, readBlob } from '../store/blob-folder.ts';
import type { RegistryDeps } from './registry-deps.ts';

/** Which blob of which repository. */
export interface BlobAddress {
  readonly repository: RepositoryPath;
  readonly digest: Digest;
}

/** A blob that is here or at the upstream; whoever opened it reads it once or closes it. */
export interface PulledBlob {
  /** Bytes. */
  readonly size: number;
  /** Whether a part of it can be read; else it is read whole. */
  readonly divisible: boolean;
  /** The bytes as a stream, which fails before its last ones where they are not the digest's. */
  read(span?: ByteSpan): Promise<Readable>;
  close(): Promise<void>;
}

/** Opens a blob; throws `BLOB_UNKNOWN`. */
export async function pullBlob(
  { folder, upstream }: RegistryDeps,
  { repository, digest }: BlobAddress,
): Promise<PulledBlob> {
  const size = await findBlob(folder, digest);
  if (size !== undefined) {
    const read = (span?: ByteSpan): Promise<Readable> => readBlob(folder, digest, span);
    return { size, divisible: true, read, close: async () => undefined };
  }
  if (upstream === undefined) throw unknownBlob(digest);
  try {
    const blob = await upstream.openBlob(repository, digest);
    const read = async (): Promise<Readable> => Readable.from(blob.bytes(), { objectMode: false });
    return { size: blob.size, divisible: false, read, close: () => blob.discard() };
  } catch (error) {
    throw isAssayError(error, 'not-found') ? unknownBlob(digest) : error;
  }
}

function unknownBlob(digest: Digest): Error {
  return registryError('BLOB_UNKNOWN', `blob ${digest} is not here; push it first`);
}
