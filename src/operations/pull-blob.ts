/** Pulling a blob, whole or in part (distribution-spec 1.1, "Pulling blobs"). */
import type { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.ts';
import { registryError } from '../domain/registry-error.ts';
import { type ByteSpan, findBlob, readBlob } from '../store/blob-folder.ts';
import type { RegistryDeps } from './registry-deps.ts';

/** A blob's size in bytes; throws `BLOB_UNKNOWN`. */
export async function describeBlob(
  { folder }: RegistryDeps,
  { digest }: { readonly digest: Digest },
): Promise<number> {
  const size = await findBlob(folder, digest);
  if (size !== undefined) return size;
  throw registryError('BLOB_UNKNOWN', `blob ${digest} is not here; push it first`);
}

/** A blob's bytes, or a span of them, as a stream; throws `BLOB_UNKNOWN`. */
export async function pullBlob(
  { folder }: RegistryDeps,
  { digest, span }: { readonly digest: Digest; readonly span?: ByteSpan | undefined },
): Promise<Readable> {
  return readBlob(folder, digest, span);
}
