/**
 * The read path of OCI distribution v2 (distribution-spec 1.1, "Pull"). Thin on purpose: clients
 * at hand leak credentials across redirects and realms, and this is where a hostile registry meets
 * us. What may be believed is decided by hashing the bytes received, never by a header.
 */
import { AssayError } from '../domain/error.ts';
import type { Digest } from '../domain/digest.ts';
import { digestAlgorithm, isDigest } from '../domain/digest.ts';
import { isJsonObject } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import { MANIFEST_MEDIA_TYPES } from '../image/manifest.ts';
import type { Descriptor } from '../image/manifest.ts';
import { findCredential, readDockerConfig } from './docker-config.ts';
import type { RegistryCredential } from './docker-config.ts';
import { credentialHost, parseTarget, registryOrigin, withoutQuery } from './registry-address.ts';
import type { HttpAnswer, RegistryHttp } from './registry-http.ts';
import { openRegistryHttp, readAnswer } from './registry-http.ts';
import type { RegistryAuthorizer } from './registry-token.ts';
import { openRegistryAuthorizer, refusedCredential } from './registry-token.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { withLimits } from './remote-limits.ts';
import { checkDigest, digestMismatch, digestOf, tooLarge, verifyStream } from './verify-stream.ts';

/** How registries may be reached; every field has a safe default. */
export interface RegistryAccess {
  /**
   * `true`: plain HTTP for every registry; `false`: for none. Otherwise for loopback only, and
   * there only while no `caFile` says that TLS is in use.
   */
  readonly plainHttp?: boolean;
  /** Registries that are read somewhere else, by the domain that references name. */
  readonly mirrors?: ReadonlyMap<string, URL>;
  /** `true`: no credentials are looked for or sent. */
  readonly anonymous?: boolean;
  /** Path of Docker's `config.json`; default: in `$DOCKER_CONFIG`, else in `~/.docker`. */
  readonly dockerConfig?: string;
  /** A PEM file of certificate authorities trusted besides the well-known ones. */
  readonly caFile?: string;
  /** Caps that differ from the defaults. */
  readonly limits?: Partial<RemoteLimits>;
}

/** One repository: a registry's domain as the reference names it, and the path below it. */
export interface Repository {
  readonly domain: string;
  readonly path: string;
}

/** What to read of a repository. */
export interface ManifestQuery {
  readonly repository: Repository;
  /** A tag or a digest. */
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
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
  manifest(query: ManifestQuery): Promise<{
    bytes: Uint8Array;
    mediaType: string | undefined;
    digest: Digest;
  }>;
  /** A blob's bytes, verified while streaming; descriptor URLs are never followed. */
  blob(repository: Repository, descriptor: Descriptor): AsyncIterable<Uint8Array>;
  /** A blob of which only the digest is known; refuses a registry that does not say its size. */
  openBlob(repository: Repository, digest: Digest): Promise<OpenedBlob>;
  /** At most `limit` tags as the registry spells them; `more` where it says that others follow. */
  tags(query: TagsQuery): Promise<{ tags: string[]; more: boolean }>;
  close(): Promise<void>;
}

interface ClientParts {
  readonly access: RegistryAccess;
  readonly limits: RemoteLimits;
  readonly http: RegistryHttp;
  readonly authorizer: RegistryAuthorizer;
  /** The last challenge of each repository, so that the next request needs no refusal first. */
  readonly challenges: Map<string, string>;
  readonly credentialOf: (domain: string) => Promise<RegistryCredential>;
}

interface Fetch {
  readonly repository: Repository;
  /** Below `/v2/<path>/`. */
  readonly resource: string;
  readonly accept: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_ERROR_BODY = 8192;
const MAX_CHALLENGES = 10_000;

/** Opens a client; nothing is read or connected before the first request. */
export function openRegistryClient(access: RegistryAccess = {}): RegistryClient {
  const limits = withLimits(access.limits);
  const http = openRegistryHttp({ caFile: access.caFile, limits });
  let config: Promise<JsonObject> | undefined;
  const parts: ClientParts = {
    access,
    limits,
    http,
    authorizer: openRegistryAuthorizer(http, limits),
    challenges: new Map(),
    async credentialOf(domain) {
      if (access.anonymous === true) return { kind: 'none' };
      config ??= readDockerConfig(access.dockerConfig);
      return findCredential(await config, credentialHost(domain, access));
    },
  };
  return {
    manifest: (query) => fetchManifest(parts, query),
    blob: (repository, descriptor) => fetchBlob(parts, repository, descriptor),
    openBlob: (repository, digest) => openBlob(parts, repository, digest),
    tags: (query) => fetchTags(parts, query),
    close: () => http.close(),
  };
}

async function fetchManifest(
  parts: ClientParts,
  query: ManifestQuery,
): Promise<{ bytes: Uint8Array; mediaType: string | undefined; digest: Digest }> {
  const { repository, target } = query;
  const answer = await fetchResource(parts, {
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

async function* fetchBlob(
  parts: ClientParts,
  repository: Repository,
  descriptor: Descriptor,
): AsyncGenerator<Uint8Array> {
  const what = `blob of ${repository.domain}/${repository.path}`;
  const { blobBytes } = parts.limits;
  if (descriptor.size > blobBytes) throw tooLarge(`${what} ${descriptor.digest}`, blobBytes);
  const answer = await fetchResource(parts, {
    repository,
    resource: `blobs/${descriptor.digest}`,
    accept: '*/*',
    timeoutMs: parts.limits.blobMs,
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
  const answer = await fetchResource(parts, { repository, resource, accept: '*/*', timeoutMs });
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
  const answer = await fetchResource(parts, {
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

/** GET with authentication: at most one challenge is answered, and only the registry's own. */
async function fetchResource(parts: ClientParts, fetch: Fetch): Promise<HttpAnswer> {
  const { repository } = fetch;
  const origin = registryOrigin(repository.domain, parts.access);
  const key = `${repository.domain}/${repository.path}`;
  const known = parts.challenges.get(key);
  const before =
    known === undefined
      ? undefined
      : await authorization(parts, fetch, { challenge: known, fresh: false });
  let answer = await follow(parts, fetch, { origin, authorization: before });
  const challenge = answer.header('www-authenticate');
  if (answer.status === 401 && answer.url.origin === origin.origin && challenge !== undefined) {
    await answer.discard();
    if (parts.challenges.size >= MAX_CHALLENGES) parts.challenges.clear();
    parts.challenges.set(key, challenge);
    const fresh = before !== undefined;
    const after = await authorization(parts, fetch, { challenge, fresh });
    answer = await follow(parts, fetch, { origin, authorization: after });
  }
  if (answer.status === 200) return answer;
  throw await statusError(parts, answer, fetch);
}

async function authorization(
  parts: ClientParts,
  fetch: Fetch,
  met: { readonly challenge: string; readonly fresh: boolean },
): Promise<string> {
  const { domain, path } = fetch.repository;
  return parts.authorizer.authorize({
    domain,
    path,
    origin: registryOrigin(domain, parts.access),
    ...met,
    credential: await parts.credentialOf(domain),
    signal: fetch.signal,
  });
}

/** Follows redirects; the credential is left behind at the first step to another origin. */
async function follow(
  parts: ClientParts,
  fetch: Fetch,
  start: { readonly origin: URL; readonly authorization: string | undefined },
): Promise<HttpAnswer> {
  let url = new URL(`/v2/${fetch.repository.path}/${fetch.resource}`, start.origin);
  let credential = start.authorization;
  for (let step = 0; step <= parts.limits.redirects; step += 1) {
    const answer = await parts.http.send({
      url,
      headers: { accept: fetch.accept, ...(credential ? { authorization: credential } : {}) },
      timeoutMs: fetch.timeoutMs,
      signal: fetch.signal,
      from: start.origin,
    });
    const location = answer.header('location');
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    await answer.discard();
    const next = parseTarget(location, url, 'redirect');
    if (next.origin !== url.origin) credential = undefined;
    url = next;
  }
  throw new AssayError(
    'registry-refused',
    `registry ${start.origin.host} redirects more than ${parts.limits.redirects} times; ` +
      'check its storage settings',
  );
}

async function statusError(
  parts: ClientParts,
  answer: HttpAnswer,
  fetch: Fetch,
): Promise<AssayError> {
  const { domain, path } = fetch.repository;
  const { status } = answer;
  const said = await registryCode(answer);
  const found = `answered ${status}${said} for ${path}`;
  if (status === 401 || status === 403) {
    return answer.url.origin === registryOrigin(domain, parts.access).origin
      ? refusedCredential(domain, await parts.credentialOf(domain), found)
      : storageRefused(answer, domain);
  }
  const details = { registry: domain, status };
  if (status === 404) {
    const message = `registry ${domain} has no ${fetch.resource} in ${path}${said}; check the name`;
    return new AssayError('not-found', message, { details });
  }
  const wait = retryAfter(answer);
  const advice = wait === undefined ? 'try again later' : `try again in ${wait} seconds`;
  return new AssayError('unavailable', `registry ${domain} ${found}, wanted 200; ${advice}`, {
    details: wait === undefined ? details : { ...details, retryAfterSeconds: wait },
  });
}

function storageRefused(answer: HttpAnswer, domain: string): AssayError {
  return new AssayError(
    'registry-refused',
    `registry ${domain} redirected to ${withoutQuery(answer.url)}, which answered ` +
      `${answer.status}; credentials are not sent there, so its own link must suffice`,
    { details: { registry: domain, status: answer.status } },
  );
}

function retryAfter(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.header('retry-after') ?? Number.NaN);
  return Number.isInteger(seconds) && seconds >= 0 ? Math.min(seconds, 86_400) : undefined;
}

/** The registry's own error code, if it is one; its free text is not repeated. */
async function registryCode(answer: HttpAnswer): Promise<string> {
  try {
    const bytes = await readAnswer(answer, MAX_ERROR_BODY);
    const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const errors = isJsonObject(json) ? json['errors'] : undefined;
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
    const code = isJsonObject(first) ? first['code'] : undefined;
    return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? ` (${code})` : '';
  } catch {
    return '';
  }
}
