/**
 * A client of OCI distribution v2 (distribution-spec 1.1); here is its read path, "Pull". Thin on
 * purpose: clients at hand leak credentials across redirects and realms, and this is where a
 * hostile registry meets us. What may be believed is decided by hashing the bytes received, never
 * by a header.
 */
import { AssayError } from '../domain/error.ts';
import type { Digest } from '../domain/digest.ts';
import { digestAlgorithm, isDigest } from '../domain/digest.ts';
import { isJsonObject } from '../domain/json.ts';
import { MANIFEST_MEDIA_TYPES, parseManifest } from '../image/manifest.ts';
import type { Descriptor } from '../image/manifest.ts';
import { type ManifestPush, pushBlob, type PushedManifest, pushManifest } from './push-content.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { RegistryExchange, Repository } from './registry-exchange.ts';
import { openRegistryExchange } from './registry-exchange.ts';
import { readAnswer } from './registry-http.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { withLimits } from './remote-limits.ts';
import { type SingleFlight, openSingleFlight } from './single-flight.ts';
import { checkDigest, digestMismatch, digestOf, tooLarge, verifyStream } from './verify-stream.ts';

/** What to read of a repository. */
export interface ManifestQuery {
  readonly repository: Repository;
  /** A tag or a digest. */
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
}

/** A manifest or index as received. */
export interface FetchedManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string | undefined;
  readonly digest: Digest;
}

/** How long a blob may take; without it as long as the largest may. */
export interface BlobTime {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Which page of the referrers of a digest to read. */
export interface ReferrersQuery {
  readonly repository: Repository;
  readonly digest: Digest;
  /** The `next` of the page before. */
  readonly next?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A page of referrers. */
export interface ReferrersPage {
  readonly manifests: readonly Descriptor[];
  /** The query of the page after it; absent: this is the last one. */
  readonly next?: string;
}

/** Which page of a repository's tags to read. */
export interface TagsQuery {
  readonly repository: Repository;
  readonly limit: number;
  /** Only tags that sort after this text. */
  readonly after?: string | undefined;
}

/** A blob that a registry has begun to send; it is read once, or discarded. */
export interface OpenedBlob {
  /** Bytes, as the registry says and as the reading then insists. */
  readonly size: number;
  /** The bytes; the last chunk comes only after all were seen to have the digest. */
  bytes(): AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

/** A client of any number of registries; keeps connections, tokens and the Docker config. */
export interface RegistryClient {
  /** A manifest or index and its bytes' digest; throws `digest-mismatch` if another was asked. */
  manifest(query: ManifestQuery): Promise<FetchedManifest>;
  /** A blob's bytes, verified while streaming; descriptor URLs are never followed. */
  blob(
    repository: Repository,
    descriptor: Descriptor,
    within?: BlobTime,
  ): AsyncIterable<Uint8Array>;
  /** A blob of which only the digest is known; refuses a registry that does not say its size. */
  openBlob(repository: Repository, digest: Digest): Promise<OpenedBlob>;
  /** At most `limit` tags as the registry spells them; `more` where it says that others follow. */
  tags(query: TagsQuery): Promise<{ tags: string[]; more: boolean }>;
  /**
   * A page of what the registry says is attached to a digest; throws `not-found` or `unavailable`
   * where it keeps no such lists. What a list says of a manifest is a hint until that is read.
   */
  referrers(query: ReferrersQuery): Promise<ReferrersPage>;
  /** Puts a blob into a repository unless it is there; answers its digest. */
  pushBlob(repository: Repository, bytes: Uint8Array): Promise<Digest>;
  /** Puts a manifest or index under a tag or its digest. */
  pushManifest(push: ManifestPush): Promise<PushedManifest>;
  close(): Promise<void>;
}

interface ClientParts {
  readonly limits: RemoteLimits;
  readonly exchange: RegistryExchange;
  /** Manifests on their way, by repository and digest: who asks meanwhile gets the same. */
  readonly underway: SingleFlight<FetchedManifest>;
}

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Opens a client; nothing is read or connected before the first request. */
export function openRegistryClient(access: RegistryAccess = {}): RegistryClient {
  const limits = withLimits(access.limits);
  const exchange = openRegistryExchange(access, limits);
  const parts: ClientParts = { limits, exchange, underway: openSingleFlight() };
  return {
    manifest: (query) => shareManifest(parts, query),
    blob: (repository, descriptor, within = { timeoutMs: limits.blobMs }) =>
      fetchBlob(parts, { repository, descriptor, within }),
    openBlob: (repository, digest) => openBlob(parts, repository, digest),
    tags: (query) => fetchTags(parts, query),
    referrers: (query) => fetchReferrers(parts, query),
    pushBlob: (repository, bytes) => pushBlob(parts, repository, bytes),
    pushManifest: (push) => pushManifest(parts, push),
    close: () => exchange.close(),
  };
}

/** One fetch per digest at a time; a tag is an event in time, of which each asker has its own. */
function shareManifest(parts: ClientParts, query: ManifestQuery): Promise<FetchedManifest> {
  const { repository, target, signal } = query;
  if (!isDigest(target)) return fetchManifest(parts, query);
  const key = `${repository.domain}/${repository.path}@${target}`;
  return parts.underway.share(key, signal, () => fetchManifest(parts, { repository, target }));
}

async function fetchManifest(parts: ClientParts, query: ManifestQuery): Promise<FetchedManifest> {
  const { repository, target } = query;
  const answer = await parts.exchange.get({
    repository,
    resource: `manifests/${target}`,
    accept: MANIFEST_MEDIA_TYPES.join(', '),
    timeoutMs: parts.limits.documentMs,
    signal: query.signal,
  });
  const bytes = await readAnswer(answer, parts.limits.manifestBytes);
  const what = `manifest ${target} of ${repository.domain}/${repository.path}`;
  const digest = isDigest(target) ? target : digestOf(bytes);
  checkDigest(bytes, digest, what);
  checkClaim(bytes, answer.header('docker-content-digest'), what);
  return { bytes, mediaType: specificType(answer.header('content-type')), digest };
}

/** A registry that says one digest and sends another is broken or lying; either way it is named. */
function checkClaim(bytes: Uint8Array, claim: string | undefined, what: string): void {
  if (claim === undefined || !isDigest(claim)) return;
  const found = digestOf(bytes, claim);
  const title = `${what}, as Docker-Content-Digest (${digestAlgorithm(claim)}) describes it`;
  if (found !== claim) throw digestMismatch(title, claim, found);
}

function specificType(header: string | undefined): string | undefined {
  const type = header?.split(';')[0]?.trim().toLowerCase();
  return type?.startsWith('application/vnd.') ? type : undefined;
}

interface BlobRead {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
  readonly within: BlobTime;
}

async function* fetchBlob(
  parts: ClientParts,
  { repository, descriptor, within }: BlobRead,
): AsyncGenerator<Uint8Array> {
  const what = `blob of ${repository.domain}/${repository.path}`;
  const { blobBytes } = parts.limits;
  if (descriptor.size > blobBytes) throw tooLarge(`${what} ${descriptor.digest}`, blobBytes);
  const answer = await parts.exchange.get({
    repository,
    resource: `blobs/${descriptor.digest}`,
    accept: '*/*',
    ...within,
  });
  yield* verifyStream(answer.body(), { digest: descriptor.digest, size: descriptor.size, what });
}

async function openBlob(
  parts: ClientParts,
  repository: Repository,
  digest: Digest,
): Promise<OpenedBlob> {
  const what = `blob of ${repository.domain}/${repository.path}`;
  const { blobBytes, blobMs: timeoutMs } = parts.limits;
  const resource = `blobs/${digest}`;
  const answer = await parts.exchange.get({ repository, resource, accept: '*/*', timeoutMs });
  const size = Number(answer.header('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(size) || size > blobBytes) {
    await answer.discard();
    if (size > blobBytes) throw tooLarge(`${what} ${digest}`, blobBytes);
    const problem = `does not say how many bytes blob ${digest} has`;
    throw new AssayError('registry-refused', `registry ${repository.domain} ${problem}`);
  }
  const bytes = (): AsyncIterable<Uint8Array> =>
    withholdLast(verifyStream(answer.body(), { digest, size, what }));
  return { size, bytes, discard: () => answer.discard() };
}

/** Holds each chunk back until the next one or a good end has come. */
async function* withholdLast(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held;
}

async function fetchTags(
  parts: ClientParts,
  { repository, limit, after }: TagsQuery,
): Promise<{ tags: string[]; more: boolean }> {
  const page = new URLSearchParams({ n: String(limit) });
  if (after !== undefined) page.set('last', after);
  const answer = await parts.exchange.get({
    repository,
    resource: `tags/list?${page.toString()}`,
    accept: 'application/json',
    timeoutMs: parts.limits.documentMs,
  });
  const bytes = await readAnswer(answer, parts.limits.manifestBytes);
  const sent = readTagList(bytes, `the tags of ${repository.domain}/${repository.path}`).sort();
  // Some registries know no paging: they send all.
  const all = after === undefined ? sent : sent.filter((tag) => tag > after);
  const tags = all.slice(0, limit);
  return { tags, more: answer.header('link') !== undefined || tags.length < all.length };
}

function readTagList(bytes: Uint8Array, what: string): string[] {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new AssayError('registry-refused', `${what} came as no JSON`, { cause });
  }
  const tags = isJsonObject(json) ? (json['tags'] ?? []) : undefined;
  if (!Array.isArray(tags)) throw new AssayError('registry-refused', `${what} came as no list`);
  return tags.filter((tag): tag is string => typeof tag === 'string');
}

async function fetchReferrers(
  parts: ClientParts,
  { repository, digest, next, signal }: ReferrersQuery,
): Promise<ReferrersPage> {
  const answer = await parts.exchange.get({
    repository,
    resource: `referrers/${digest}${next === undefined ? '' : `?${next}`}`,
    accept: INDEX,
    timeoutMs: parts.limits.documentMs,
    signal,
  });
  const bytes = await readAnswer(answer, parts.limits.manifestBytes);
  const list = parseManifest(bytes, answer.header('content-type'));
  if (list.kind !== 'index') {
    const problem = `lists the referrers of ${digest} as no index`;
    throw new AssayError('registry-refused', `registry ${repository.domain} ${problem}`);
  }
  const more = nextQuery(answer.header('link'));
  return { manifests: list.manifests, ...(more === undefined ? {} : { next: more }) };
}

/** Of a link to the next page its query alone counts: the list is the one that was asked for. */
function nextQuery(link: string | undefined): string | undefined {
  const [, target = ''] = /^\s*<([^>]{1,4096})>\s*;\s*rel="?next"?\s*$/.exec(link ?? '') ?? [];
  const query = new URLSearchParams(target.split('?').slice(1).join('?')).toString();
  return query === '' ? undefined : query;
}
