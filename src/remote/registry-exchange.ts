/**
 * One authenticated request of a registry: the challenge answered, redirects followed without the
 * credential (of what is written: to the same host only), refusals told apart, and a registry that
 * is busy asked again, but not for ever.
 */
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { askAgain } from './ask-again.ts';
import { askCredentialHelper } from './credential-helper.ts';
import { findCredential, readDockerConfig } from './docker-config.ts';
import type { RegistryCredential } from './docker-config.ts';
import type { RegistryAccess } from './registry-access.ts';
import { credentialHost, parseTarget, registryOrigin, withoutQuery } from './registry-address.ts';
import type { HttpAnswer, HttpMethod, HttpRequest, RegistryHttp } from './registry-http.ts';
import { openRegistryHttp, readAnswer } from './registry-http.ts';
import type { RegistryAuthorizer } from './registry-token.ts';
import { openRegistryAuthorizer, refusedCredential } from './registry-token.ts';
import type { RemoteLimits } from './remote-limits.ts';

/** One repository: a registry's domain as the reference names it, and the path below it. */
export interface Repository {
  readonly domain: string;
  readonly path: string;
}

/** What to read of a repository. */
export interface RegistryRead {
  readonly repository: Repository;
  /** Below `/v2/<path>/`. */
  readonly resource: string;
  readonly accept: string;
  /** The whole exchange, with what is waited before it is tried again. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What to ask of a repository that is written to. */
export interface RegistryWrite extends Omit<RegistryRead, 'accept'> {
  readonly method: HttpMethod;
  readonly accept?: string;
  /** Where the registry said to send it, in place of the resource; of its own host. */
  readonly place?: URL;
  readonly content?: { readonly bytes: Uint8Array; readonly mediaType: string };
  /** The statuses that are an answer. */
  readonly wanted: readonly number[];
}

/** Requests of any number of registries; keeps connections, tokens and the Docker config. */
export interface RegistryExchange {
  /** An answer of status 200, its body unread; every other one is thrown as what it means. */
  get(read: RegistryRead): Promise<HttpAnswer>;
  /** An answer of a wanted status, asked for once; every other one is thrown. */
  write(write: RegistryWrite): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Either kind of request, as it is sent. */
interface RegistryRequest extends RegistryRead {
  readonly method: HttpMethod;
  readonly place?: URL;
  readonly content?: RegistryWrite['content'];
  readonly wanted: readonly number[];
  /** Whether the credential must allow writing. */
  readonly push: boolean;
}

interface Parts {
  readonly access: RegistryAccess;
  readonly limits: RemoteLimits;
  readonly http: RegistryHttp;
  readonly authorizer: RegistryAuthorizer;
  /** The last challenge of each repository, so that the next request needs no refusal first. */
  readonly challenges: Map<string, string>;
  readonly credentialOf: (domain: string) => Promise<RegistryCredential>;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Redirects that keep method and body. */
const SAME_METHOD: ReadonlySet<number> = new Set([307, 308]);
/** Statuses of a refusal that may not come again. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
const MAX_ERROR_BODY = 8192;
const MAX_CHALLENGES = 10_000;
const HELPER_MS = 300_000;

/** Opens an exchange; nothing is read or connected before the first request. */
export function openRegistryExchange(
  access: RegistryAccess,
  limits: RemoteLimits,
): RegistryExchange {
  const http = openRegistryHttp({ places: access, limits });
  let config: Promise<JsonObject> | undefined;
  const helped = openHelperMemory();
  const parts: Parts = {
    access,
    limits,
    http,
    authorizer: openRegistryAuthorizer(http, limits),
    challenges: new Map(),
    async credentialOf(domain) {
      if (access.anonymous === true) return { kind: 'none' };
      const host = credentialHost(domain, access);
      const given = access.credentialOf?.(host);
      if (given !== undefined) return given;
      config ??= readDockerConfig(access.dockerConfig);
      const found = findCredential(await config, host);
      if (found.kind !== 'helper') return found;
      return helped.share(domain, () => askCredentialHelper(found.helper, host));
    },
  };
  const { retries, retryMs } = limits;
  return {
    get: (read) =>
      askAgain({ ...read, retries, retryMs }, (timeoutMs) =>
        sendOnce(parts, { ...read, timeoutMs, method: 'GET', wanted: [200], push: false }),
      ),
    write: (write) => sendOnce(parts, { accept: '*/*', ...write, push: true }),
    close: () => http.close(),
  };
}

/** What helpers said, for a while: their passwords change, and a program takes its time. */
function openHelperMemory(): {
  share(domain: string, ask: () => Promise<RegistryCredential>): Promise<RegistryCredential>;
} {
  const known = new Map<string, { said: Promise<RegistryCredential>; until: number }>();
  return {
    share(domain, ask) {
      const before = known.get(domain);
      if (before !== undefined && before.until > performance.now()) return before.said;
      const said = ask();
      known.set(domain, { said, until: performance.now() + HELPER_MS });
      said.catch(() => void known.delete(domain));
      return said;
    },
  };
}

/** A request with authentication: at most one challenge is answered, the registry's own. */
async function sendOnce(parts: Parts, read: RegistryRequest): Promise<HttpAnswer> {
  const { repository } = read;
  const origin = registryOrigin(repository.domain, parts.access);
  const key = `${repository.domain}/${repository.path}`;
  const known = parts.challenges.get(key);
  const before =
    known === undefined
      ? undefined
      : await authorization(parts, read, { challenge: known, fresh: false });
  let answer = await follow(parts, read, { origin, authorization: before });
  const challenge = answer.header('www-authenticate');
  if (answer.status === 401 && answer.url.origin === origin.origin && challenge !== undefined) {
    await answer.discard();
    if (parts.challenges.size >= MAX_CHALLENGES) parts.challenges.clear();
    parts.challenges.set(key, challenge);
    const fresh = before !== undefined;
    const after = await authorization(parts, read, { challenge, fresh });
    answer = await follow(parts, read, { origin, authorization: after });
  }
  if (read.wanted.includes(answer.status)) return answer;
  throw await statusError(parts, answer, read);
}

async function authorization(
  parts: Parts,
  read: RegistryRequest,
  met: { readonly challenge: string; readonly fresh: boolean },
): Promise<string> {
  const { domain, path } = read.repository;
  return parts.authorizer.authorize({
    domain,
    path,
    origin: registryOrigin(domain, parts.access),
    ...met,
    credential: await parts.credentialOf(domain),
    push: read.push,
    signal: read.signal,
  });
}

/** Follows redirects; the credential is left behind at the first step to another origin. */
async function follow(
  parts: Parts,
  read: RegistryRequest,
  start: { readonly origin: URL; readonly authorization: string | undefined },
): Promise<HttpAnswer> {
  let url = read.place ?? new URL(`/v2/${read.repository.path}/${read.resource}`, start.origin);
  let credential = start.authorization;
  for (let step = 0; step <= parts.limits.redirects; step += 1) {
    const answer = await parts.http.send({
      url,
      ...messageOf(read),
      headers: { ...headersOf(read), ...(credential ? { authorization: credential } : {}) },
      from: start.origin,
    });
    const location = answer.header('location');
    if (!REDIRECTS.has(answer.status) || location === undefined) return answer;
    await answer.discard();
    const next = parseTarget(location, url, 'redirect');
    if (read.content !== undefined || read.method === 'POST') refuseAway(answer, next);
    if (next.origin !== url.origin) credential = undefined;
    url = next;
  }
  throw new AssayError(
    'registry-refused',
    `registry ${start.origin.host} redirects more than ${parts.limits.redirects} times; ` +
      'check its storage settings',
  );
}

function messageOf({
  method,
  content,
  timeoutMs,
  signal,
}: RegistryRequest): Omit<HttpRequest, 'url' | 'headers'> {
  const body = content === undefined ? {} : { body: content.bytes };
  return { method, ...body, timeoutMs, signal };
}

function headersOf({ accept, content }: RegistryRequest): Record<string, string> {
  return { accept, ...(content === undefined ? {} : { 'content-type': content.mediaType }) };
}

/** What is written goes to the registry itself, by the method that was meant, or nowhere. */
function refuseAway({ status, url }: HttpAnswer, next: URL): void {
  if (SAME_METHOD.has(status) && next.origin === url.origin) return;
  throw new AssayError(
    'registry-refused',
    `registry ${url.host} redirects what is written (${status}) to ${withoutQuery(next)}; it is ` +
      'sent to the registry itself only: name the registry that takes it',
  );
}

async function statusError(
  parts: Parts,
  answer: HttpAnswer,
  read: RegistryRequest,
): Promise<AssayError> {
  const { domain, path } = read.repository;
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
    const message = `registry ${domain} has no ${read.resource} in ${path}${said}; check the name`;
    return new AssayError('not-found', message, { details });
  }
  if (read.push && isFinal(status)) {
    const advice = 'see whether it takes what is pushed there, and whether the tag may change';
    const message = `registry ${domain} ${found}; ${advice}`;
    return new AssayError('registry-refused', message, { details });
  }
  return laterError(answer, found, read);
}

/** Whether the same would be refused again. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !PASSING.has(status);
}

function laterError(answer: HttpAnswer, found: string, read: RegistryRequest): AssayError {
  const { domain } = read.repository;
  const details = { registry: domain, status: answer.status };
  const wait = retryAfter(answer);
  const advice = wait === undefined ? 'try again later' : `try again in ${wait} seconds`;
  const wanted = `wanted ${read.wanted.join(' or ')}; ${advice}`;
  return new AssayError('unavailable', `registry ${domain} ${found}, ${wanted}`, {
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
