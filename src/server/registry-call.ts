/** A call of the registry's API as its path, query and headers say it, and what it is answered. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import type { JsonObject } from '../domain/json.ts';
import type { BlobChunk } from '../operations/push-blob.ts';
import type { RegistryDeps } from '../operations/registry-deps.ts';
import { parseContentRange } from './range-header.ts';

/** What a route was asked. */
export interface RegistryCall {
  readonly repository: RepositoryPath;
  /** The last part of the path, decoded but not checked: a digest, tag or upload id; else empty. */
  readonly target: string;
  readonly query: URLSearchParams;
  /** The request itself; its body has not been read. */
  readonly raw: IncomingMessage;
}

/** What a route answers. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: JsonObject | Buffer | Readable;
}

/** Answers a call. */
export type RegistryHandler = (deps: RegistryDeps, call: RegistryCall) => Promise<RegistryAnswer>;

/** The header by which clients know what they got. */
export const CONTENT_DIGEST = 'docker-content-digest';

/** The body of a request as a chunk; undefined where the request has none. */
export function chunkOf(raw: IncomingMessage): BlobChunk | undefined {
  const length = contentLength(raw);
  if (length === 0) return undefined;
  const range = raw.headers['content-range'];
  const span = range === undefined ? undefined : parseContentRange(range);
  if (range !== undefined && span === undefined) {
    const message = `Content-Range ${JSON.stringify(range.slice(0, 80))} is not START-END`;
    throw registryError('BLOB_UPLOAD_INVALID', message);
  }
  return {
    // Left alone where writing fails, so that the client can still be answered.
    source: raw.iterator({ destroyOnReturn: false }),
    ...(length === undefined ? {} : { length }),
    ...(span === undefined ? {} : { span }),
  };
}

/** Bytes of the body; undefined where they are told only by its end. */
function contentLength({ headers }: IncomingMessage): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}
