/**
 * Calling hosts that somebody configured. The host is resolved and checked, and the connection goes
 * to the checked address, under the host's own name for TLS and HTTP, so that a name that resolves
 * differently a moment later leads nowhere else. Redirects are answers, never followed; the whole
 * exchange has one deadline; errors name the host alone, since a URL's path may be a secret.
 */
import { isIP } from 'node:net';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { AssayError } from '../domain/error.ts';
import { checkedConnector } from './dial-checked.ts';
import { type DestinationGuard, createDestinationGuard } from './destination-guard.ts';
import type { DestinationRule } from './destination-guard.ts';
import { networkHint } from './registry-http.ts';
import { collectBytes } from './verify-stream.ts';

/** What to send, and how long the whole exchange, body included, may take. */
export interface GuardedRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Ends the exchange early; its reason is what is thrown. */
  readonly signal?: AbortSignal;
}

/** An answer whose body is still to be read or discarded. */
export interface GuardedAnswer {
  readonly status: number;
  /** A header of which there are several is one text with commas (RFC 9110, 5.3). */
  readonly header: (name: string) => string | undefined;
  /** The body as it comes, for who counts it. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** The whole body; throws `too-large` beyond `cap` bytes. */
  readonly read: (cap: number) => Promise<Uint8Array>;
  /** Reads no more of the body than a moment's worth and lets go. */
  readonly discard: () => Promise<void>;
}

/** Sends requests to hosts that pass the guard. */
export interface GuardedFetch {
  /** Resolves and checks a host without calling it; see {@link DestinationGuard}. */
  readonly check: (url: URL) => Promise<void>;
  /** Throws what the guard throws, else `unavailable` for trouble of the network. */
  readonly send: (request: GuardedRequest) => Promise<GuardedAnswer>;
  readonly close: () => Promise<void>;
}

/** What may be called, and an authority to believe besides the well-known ones (PEM). */
export interface GuardedFetchOptions extends DestinationRule {
  readonly ca?: string;
}

const CONNECT_MS = 5000;
const HEADER_BYTES = 32 * 1024;
const DISCARD_BYTES = 16 * 1024;
const DISCARD_MS = 1000;

/** Opens a pool of connections behind a guard; the network library comes with the first call. */
export function openGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const guard = createDestinationGuard(options);
  let agent: Promise<Agent> | undefined;
  return {
    check: async (url) => void (await guard.check(url)),
    send: async (request) => {
      agent ??= openAgent(guard, options.ca);
      return send(await agent, request);
    },
    close: async () => await (await agent)?.destroy(),
  };
}

async function openAgent(guard: DestinationGuard, ca: string | undefined): Promise<Agent> {
  const { Agent, buildConnector } = await import('undici');
  const { rootCertificates } = await import('node:tls');
  const connect = buildConnector({
    allowH2: false,
    timeout: CONNECT_MS,
    ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
  });
  return new Agent({
    allowH2: false,
    connect: checkedConnector({
      addressesOf: (options) => guard.check(urlOf(options)),
      connectorFor: async () => connect,
    }),
    maxHeaderSize: HEADER_BYTES,
  });
}

function urlOf({ protocol, hostname, port }: buildConnector.Options): URL {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  return new URL(`${protocol}//${host}${port === '' ? '' : `:${port}`}`);
}

async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  try {
    await body.dump({ limit: DISCARD_BYTES, signal: AbortSignal.timeout(DISCARD_MS) });
  } catch {
    // Whatever happens to what nobody wants to read.
  }
}

async function send(agent: Agent, message: GuardedRequest): Promise<GuardedAnswer> {
  const { url, method, headers, body, timeoutMs, signal } = message;
  const deadline = AbortSignal.timeout(timeoutMs);
  const { request } = await import('undici');
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers: { 'user-agent': 'assay', 'accept-encoding': 'identity', ...headers },
      body: body ?? null,
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    });
    return {
      status: answer.statusCode,
      header: (name) => answer.headers[name] && [answer.headers[name]].flat().join(', '),
      chunks: () => passChunks(answer.body, url),
      read: (cap) =>
        collectBytes(answer.body, cap, `the answer of ${url.host}`).catch((error: unknown) => {
          throw networkError(error, url);
        }),
      discard: () => discard(answer.body),
    };
  } catch (error) {
    throw networkError(error, url);
  }
}

async function* passChunks(body: AsyncIterable<Uint8Array>, url: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw networkError(error, url);
  }
}

function networkError(error: unknown, url: URL): AssayError {
  if (error instanceof AssayError) return error;
  const { host } = url;
  const message = `${host} cannot be called: ${networkHint(error)}`;
  // The cause stays out: it may carry the whole URL.
  return new AssayError('unavailable', message, { details: { host } });
}
