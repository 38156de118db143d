/**
 * The write path of OCI distribution v2 (distribution-spec 1.1, "Push"), for what is small: blobs
 * and manifests that are held in memory and sent whole. A blob that is there already is not sent;
 * an upload goes on at the registry's own host or not at all; and a registry that says that it
 * keeps something else than what was sent is not believed to keep it.
 */
import type { Digest } from '../domain/digest.ts';
import { digestAlgorithm, isDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { askAgain } from './ask-again.ts';
import { parseTarget, withoutQuery } from './registry-address.ts';
import type { RegistryExchange, RegistryWrite, Repository } from './registry-exchange.ts';
import type { HttpAnswer } from './registry-http.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { digestMismatch, digestOf, tooLarge } from './verify-stream.ts';

/** A manifest or index to put into a repository. */
export interface ManifestPush {
  readonly repository: Repository;
  /** A tag; absent: it is kept under its digest alone. */
  readonly tag?: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly signal?: AbortSignal | undefined;
}

/** A manifest that the registry has taken. */
export interface PushedManifest {
  readonly digest: Digest;
  /** What the registry lists it under as a referrer; absent: it keeps no such lists. */
  readonly subject?: Digest;
}

interface PushParts {
  readonly limits: RemoteLimits;
  readonly exchange: RegistryExchange;
}

const OCTETS = 'application/octet-stream';
const MAX_LOCATION = 8192;

/** Uploads a blob whole; tried again from the beginning, for an upload that broke off is lost. */
export async function pushBlob(
  { limits, exchange }: PushParts,
  repository: Repository,
  bytes: Uint8Array,
): Promise<Digest> {
  const digest = digestOf(bytes);
  if (bytes.length > limits.pushBytes) throw tooLarge(`blob ${digest}`, limits.pushBytes);
  const { retries, retryMs, documentMs: timeoutMs } = limits;
  await askAgain({ retries, retryMs, timeoutMs }, async (left) => {
    const upload = { exchange, repository, timeoutMs: left };
    if (!(await hasBlob(upload, digest))) await uploadBlob(upload, digest, bytes);
  });
  return digest;
}

/** Puts a manifest; the same bytes again change nothing, so that trying again is safe. */
export async function pushManifest(
  { limits, exchange }: PushParts,
  push: ManifestPush,
): Promise<PushedManifest> {
  const { repository, bytes, mediaType, tag, signal } = push;
  const digest = digestOf(bytes);
  if (bytes.length > limits.manifestBytes) throw tooLarge('the manifest', limits.manifestBytes);
  const { retries, retryMs, documentMs } = limits;
  const answer = await askAgain({ retries, retryMs, timeoutMs: documentMs, signal }, (timeoutMs) =>
    exchange.write({
      repository,
      resource: `manifests/${tag ?? digest}`,
      method: 'PUT',
      content: { bytes, mediaType },
      wanted: [201],
      timeoutMs,
      signal,
    }),
  );
  await answer.discard();
  checkKept(answer, bytes, `manifest ${tag ?? digest} of ${repository.domain}/${repository.path}`);
  const subject = answer.header('oci-subject');
  return { digest, ...(subject !== undefined && isDigest(subject) ? { subject } : {}) };
}

type Upload = Pick<RegistryWrite, 'repository' | 'timeoutMs'> & {
  readonly exchange: RegistryExchange;
};

/** Storage that answers in the registry's place may refuse a HEAD: then it is uploaded again. */
async function hasBlob({ exchange, ...upload }: Upload, digest: Digest): Promise<boolean> {
  const ask = { ...upload, resource: `blobs/${digest}`, method: 'HEAD', wanted: [200] } as const;
  try {
    await (await exchange.write(ask)).discard();
    return true;
  } catch (error) {
    if (isAssayError(error, 'not-found') || isAssayError(error, 'registry-refused')) return false;
    throw error;
  }
}

async function uploadBlob(upload: Upload, digest: Digest, bytes: Uint8Array): Promise<void> {
  const { exchange, ...where } = upload;
  const resource = 'blobs/uploads/';
  const begin = { ...where, resource, method: 'POST', wanted: [202] } as const;
  const begun = await exchange.write({
    ...begin,
    content: { bytes: new Uint8Array(), mediaType: OCTETS },
  });
  await begun.discard();
  const place = uploadPlace(begun);
  place.searchParams.set('digest', digest);
  const content = { bytes, mediaType: OCTETS };
  const end = { ...where, resource, method: 'PUT', wanted: [201], place, content } as const;
  const done = await exchange.write(end);
  await done.discard();
  checkKept(done, bytes, `blob of ${where.repository.domain}/${where.repository.path}`);
}

/** Where the registry wants the bytes: with the credential, so at its own host only. */
function uploadPlace(begun: HttpAnswer): URL {
  const { url } = begun;
  const location = begun.header('location') ?? '';
  const wanted = 'it has to answer with a Location of its own host; nothing was sent there';
  if (location === '' || location.length > MAX_LOCATION) {
    const found = location === '' ? 'no place' : 'a place of too many characters';
    throw new AssayError('registry-refused', `registry ${url.host} names ${found}; ${wanted}`);
  }
  const place = parseTarget(location, url, 'upload location');
  if (place.origin === url.origin) return place;
  const found = `names ${withoutQuery(place)} as the place of an upload`;
  throw new AssayError('registry-refused', `registry ${url.host} ${found}; ${wanted}`);
}

/** A registry that says another digest keeps other bytes, or lies. */
function checkKept(answer: HttpAnswer, bytes: Uint8Array, what: string): void {
  const claim = answer.header('docker-content-digest');
  if (claim === undefined || !isDigest(claim)) return;
  const sent = digestOf(bytes, claim);
  if (claim === sent) return;
  const title = `${what}, as its registry (${digestAlgorithm(claim)}) says that it was kept`;
  throw digestMismatch(title, sent, claim);
}
