/**
 * One authenticated read of a registry: the challenge answered, redirects followed without the
 * credential, refusals told apart, and a registry that is busy asked again, but not for ever.
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
import type { HttpAnswer, RegistryHttp } from './registry-http.ts';
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

/** Reads of any number of registries; keeps connections, tokens and the Docker config. */
export interface RegistryExchange {
  /** An answer of status 200, its body unread; every other one is thrown as what it means. */
  get(read: RegistryRead): Promise<HttpAnswer>;
  close(): Promise<void>;
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
      config ??= readDockerConfig(access.dockerConfig);
      const found = findCredential(await config, credentialHost(domain, access));
      if (found.kind !== 'helper') return found;
      return helped.share(domain, () =>
        askCredentialHelper(found.helper, credentialHost(domain, access)),
      );
    },
  };
  const { retries, retryMs } = limits;
  return {
    get: (read) =>
      askAgain({ ...read, retries, retryMs }, (timeoutMs) =>
        getOnce(parts, { ...read, timeoutMs }),
      ),
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

/** GET with authentication: at most one challenge is answered, and only the registry's own. */
async function getOnce(parts: Parts, read: RegistryRead): Promise<HttpAnswer> {
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
  if (answer.status === 200) return answer;
  throw await statusError(parts, answer, read);
}

async function authorization(
  parts: Parts,
  read: RegistryRead,
  met: { readonly challenge: string; readonly fresh: boolean },
): Promise<string> {
  const { domain, path } = read.repository;
  return parts.authorizer.authorize({
    domain,
    path,
    origin: registryOrigin(domain, parts.access),
    ...met,
    credential: await parts.credentialOf(domain),
    signal: read.signal,
  });
}

/** Follows redirects; the credential is left behind at the first step to another origin. */
async function follow(
  parts: Parts,
  read: RegistryRead,
  start: { readonly origin: URL; readonly authorization: string | undefined },
): Promise<HttpAnswer> {
  let url = new URL(`/v2/${read.repository.path}/${read.resource}`, start.origin);
  let credential = start.authorization;
  for (let step = 0; step <= parts.limits.redirects; step += 1) {
    const answer = await parts.http.send({
      url,
      headers: { accept: read.accept, ...(credential ? { authorization: credential } : {}) },
      timeoutMs: read.timeoutMs,
      signal: read.signal,
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
  parts: Parts,
  answer: HttpAnswer,
  read: RegistryRead,
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
