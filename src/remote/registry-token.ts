/**
 * Answers a registry's challenge: basic, or a bearer token from the realm it names (the token
 * protocol of distribution, spec/auth/token). A registry sees tokens and passwords of its own only:
 * the cache is keyed by registry too, or a hostile one could name another's realm and be handed its
 * token.
 */
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import { parseAuthChallenges } from './auth-challenge.ts';
import type { RegistryCredential } from './docker-config.ts';
import { parseTarget, withoutQuery } from './registry-address.ts';
import type { HttpAnswer, RegistryHttp } from './registry-http.ts';
import { readAnswer } from './registry-http.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { openSingleFlight } from './single-flight.ts';

/** Who asks for what: one repository of one registry, and the challenge it answered with. */
export interface AuthRequest {
  /** As the reference names it; the key of its credentials. */
  readonly domain: string;
  readonly path: string;
  readonly origin: URL;
  /** The `WWW-Authenticate` header. */
  readonly challenge: string;
  readonly credential: RegistryCredential;
  /** Whether the token must allow writing to the repository. */
  readonly push?: boolean;
  /** Do not use a cached token: the registry has just refused it. */
  readonly fresh: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Makes `Authorization` headers and keeps tokens until they expire. */
export interface RegistryAuthorizer {
  /** The header's value; throws `registry-refused`. */
  authorize(request: AuthRequest): Promise<string>;
}

interface CachedToken {
  readonly token: string;
  readonly until: number;
}

interface TokenQuery {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scope: string;
}

const MAX_TOKENS = 1000;
const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 3600;
const MARGIN_SECONDS = 5;
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** Opens an authorizer with an empty cache; `now` is a monotonic clock in milliseconds. */
export function openRegistryAuthorizer(
  http: RegistryHttp,
  limits: RemoteLimits,
  now: () => number = () => performance.now(),
): RegistryAuthorizer {
  const tokens = new Map<string, CachedToken>();
  // Requests that were refused together need one token.
  const underway = openSingleFlight<{ token: string; seconds: number }>();
  return {
    async authorize(request) {
      const challenges = parseAuthChallenges(request.challenge);
      const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
      if (bearer === undefined) return basicHeader(request, challenges);
      const query = tokenQuery(request, bearer);
      const key = JSON.stringify([
        request.domain,
        query.realm.href,
        query.service ?? '',
        query.scope,
      ]);
      const cached = tokens.get(key);
      if (!request.fresh && cached && cached.until > now()) return `Bearer ${cached.token}`;
      const asked = now();
      const { token, seconds } = await underway.share(key, request.signal, () =>
        fetchToken(http, limits, { ...request, query }),
      );
      if (tokens.size >= MAX_TOKENS) tokens.clear();
      tokens.set(key, { token, until: asked + (seconds - MARGIN_SECONDS) * 1000 });
      return `Bearer ${token}`;
    },
  };
}

/** The error for a registry that wants more than what the Docker config has for it. */
export function refusedCredential(
  domain: string,
  credential: RegistryCredential,
  found: string,
): AssayError {
  const advice =
    credential.kind === 'none'
      ? `the Docker config has no credentials for it; run: docker login ${domain}`
      : `the Docker config's credentials for it were not enough; run: docker login ${domain}`;
  return new AssayError('registry-refused', `registry ${domain} ${found}; ${advice}`, {
    details: { registry: domain },
  });
}

function basicHeader(request: AuthRequest, challenges: readonly AuthChallenge[]): string {
  const { credential, domain } = request;
  if (!challenges.some(({ scheme }) => scheme === 'basic')) {
    throw new AssayError(
      'registry-refused',
      `registry ${domain} asks for authentication in no way known here; basic and bearer are`,
    );
  }
  if (credential.kind === 'basic') return encodeBasic(credential.username, credential.password);
  throw refusedCredential(domain, credential, 'wants a user name and password');
}

function encodeBasic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function tokenQuery(request: AuthRequest, bearer: AuthChallenge): TokenQuery {
  const realm = bearer.params.get('realm');
  if (realm === undefined || realm === '') {
    throw new AssayError(
      'registry-refused',
      `registry ${request.domain} asks for a bearer token without naming a realm`,
    );
  }
  return {
    realm: parseTarget(realm, request.origin, 'token realm'),
    service: bearer.params.get('service'),
    scope: chooseScope(request, bearer.params.get('scope')),
  };
}

/** The registry's own scope unless it is more, or less, than what is to be done there. */
function chooseScope({ path, push = false }: AuthRequest, offered: string | undefined): string {
  const prefix = `repository:${path}:`;
  const own = `${prefix}${push ? 'pull,push' : 'pull'}`;
  if (offered === undefined || offered === '') return own;
  if (/^[A-Za-z0-9_-]{1,64}$/.test(offered)) return offered;
  const actions = offered.startsWith(prefix) ? offered.slice(prefix.length).split(',') : [];
  return isRight(actions, push) ? offered : own;
}

function isRight(actions: readonly string[], push: boolean): boolean {
  const allowed = push ? WRITE_ACTIONS : READ_ACTIONS;
  if (push && !actions.includes('push')) return false;
  return actions.length > 0 && actions.every((action) => allowed.has(action));
}

const READ_ACTIONS: ReadonlySet<string> = new Set(['pull', 'metadata_read']);
const WRITE_ACTIONS: ReadonlySet<string> = new Set([...READ_ACTIONS, 'push']);

interface TokenRequest extends AuthRequest {
  readonly query: TokenQuery;
}

async function fetchToken(
  http: RegistryHttp,
  limits: RemoteLimits,
  request: TokenRequest,
): Promise<{ token: string; seconds: number }> {
  const { query } = request;
  const url = new URL(query.realm);
  const fields = [['service', query.service] as const, ['scope', query.scope] as const];
  const { headers, form } = tokenCredentials(request.credential);
  for (const [name, value] of fields) {
    if (value !== undefined) (form ?? url.searchParams).set(name, value);
  }
  const answer = await http.send({
    url,
    headers,
    timeoutMs: limits.documentMs,
    from: request.origin,
    ...(form === undefined ? {} : { form }),
  });
  await checkTokenStatus(answer, request);
  return readToken(await readAnswer(answer, limits.tokenBytes), url);
}

function tokenCredentials(credential: RegistryCredential): {
  headers: Record<string, string>;
  form?: URLSearchParams;
} {
  const accept = { accept: 'application/json' };
  if (credential.kind === 'basic') {
    const authorization = encodeBasic(credential.username, credential.password);
    return { headers: { ...accept, authorization } };
  }
  if (credential.kind !== 'identity-token') return { headers: accept };
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'assay',
    refresh_token: credential.token,
  });
  return { headers: accept, form };
}

async function checkTokenStatus(answer: HttpAnswer, request: TokenRequest): Promise<void> {
  if (answer.status === 200) return;
  await answer.discard();
  const place = withoutQuery(answer.url);
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    const found = `has a token service (${place}) that answered ${answer.status}`;
    throw refusedCredential(request.domain, request.credential, found);
  }
  throw new AssayError(
    'unavailable',
    `token service ${place} answered ${answer.status}, wanted 200; try again later`,
    { details: { status: answer.status } },
  );
}

function readToken(bytes: Uint8Array, url: URL): { token: string; seconds: number } {
  const json = parseJson(bytes);
  const token = isJsonObject(json) ? (json['token'] ?? json['access_token']) : undefined;
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    // The answer itself stays out of the error: it may hold a token.
    throw new AssayError(
      'unavailable',
      `token service ${withoutQuery(url)} sent no usable token; it should answer {"token": "…"}`,
    );
  }
  const life = isJsonObject(json) ? Number(json['expires_in'] ?? DEFAULT_SECONDS) : 0;
  return { token, seconds: life > 0 ? Math.min(life, MAX_SECONDS) : DEFAULT_SECONDS };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
