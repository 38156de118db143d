/**
 * One HTTP exchange with a registry or token service, capped in every direction. Nothing here
 * follows a redirect or knows a credential; that is decided one storey up, where it can be seen.
 */
import type { Dispatcher } from 'undici';

import { AssayError } from '../domain/error.ts';
import { withoutQuery } from './registry-address.ts';
import {
  type ConnectionPlaces,
  type RegistryDispatchers,
  openDispatchers,
} from './registry-dispatchers.ts';
import { openRegistryNetwork } from './registry-network.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { collectBytes, tooLarge } from './verify-stream.ts';

/** What may be asked of a registry. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** What to send, and how long the whole exchange, body included, may take. */
export interface HttpRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Default: POST where there is a form, else GET. */
  readonly method?: HttpMethod;
  readonly form?: URLSearchParams;
  /** Bytes to send; what they are, the headers say. */
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The registry whose answer named this URL: it may not send us into our own network. */
  readonly from?: URL;
}

/** An answer whose body is still to be read or discarded. */
export interface HttpAnswer {
  readonly url: URL;
  readonly status: number;
  header(name: string): string | undefined;
  /** The body in chunks; network trouble is thrown as `unavailable`. */
  body(): AsyncIterable<Uint8Array>;
  /** Gives the connection back without reading on. */
  discard(): Promise<void>;
}

/** A connection pool with our caps. */
export interface RegistryHttp {
  send(message: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const DISCARD_BYTES = 64 * 1024;

/** How a pool reaches hosts. */
export interface RegistryHttpOptions {
  readonly places: ConnectionPlaces;
  readonly limits: RemoteLimits;
}

/** Opens a pool; a CA file that cannot be read fails the first request, not the start. */
export function openRegistryHttp({ places, limits }: RegistryHttpOptions): RegistryHttp {
  let opened: Promise<RegistryDispatchers> | undefined;
  const network = places.network ?? openRegistryNetwork();
  return {
    async send(message) {
      await network.admit(message.url, message.from);
      opened ??= openDispatchers({ ...places, network }, limits);
      return send(await (await opened).dispatcherFor(message.url), message);
    },
    async close() {
      await (await opened)?.close();
    },
  };
}

/** Reads a whole small body; throws `too-large` beyond the cap, at once where it is announced. */
export async function readAnswer(answer: HttpAnswer, cap: number): Promise<Uint8Array> {
  const what = `the answer of ${withoutQuery(answer.url)}`;
  if (Number(answer.header('content-length') ?? 0) > cap) {
    await answer.discard();
    throw tooLarge(what, cap);
  }
  return collectBytes(answer.body(), cap, what);
}

async function send(dispatcher: Dispatcher, message: HttpRequest): Promise<HttpAnswer> {
  const { url, form } = message;
  const method = message.method ?? (form === undefined ? 'GET' : 'POST');
  const limit = AbortSignal.timeout(message.timeoutMs);
  const signal = message.signal ? AbortSignal.any([limit, message.signal]) : limit;
  const { request } = await import('undici');
  try {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: { ...requestHeaders(form), ...message.headers },
      body: message.body ?? form?.toString() ?? null,
      signal,
    });
    return {
      url,
      status: answer.statusCode,
      header: (name) => firstHeader(answer.headers[name]),
      body: () => readBody(answer.body, url),
      discard: () => answer.body.dump({ limit: DISCARD_BYTES }).catch(() => undefined),
    };
  } catch (error) {
    throw networkError(error, url, message.body === undefined ? 'read' : 'written');
  }
}

function requestHeaders(form: URLSearchParams | undefined): Record<string, string> {
  const headers = { 'user-agent': 'assay', 'accept-encoding': 'identity' };
  if (form === undefined) return headers;
  return { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
}

function firstHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

async function* readBody(body: AsyncIterable<Uint8Array>, url: URL): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw networkError(error, url);
  }
}

const HINTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host; check the name',
  ECONNREFUSED: 'nothing listens there; check host and port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; allow plain HTTP for it if that is meant',
  EPROTO: 'it does not speak TLS; allow plain HTTP for it if that is meant',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; give its CA file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted; give its CA file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted; give its CA file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted; give its CA file',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  UND_ERR_CONNECT_TIMEOUT: 'it did not accept the connection in time; try again',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time; try again',
  UND_ERR_BODY_TIMEOUT: 'it stopped sending; try again',
  UND_ERR_ABORTED: 'it took longer than allowed; try again',
  TimeoutError: 'it took longer than allowed; try again',
  AbortError: 'it took longer than allowed; try again',
};

function networkError(error: unknown, url: URL, done = 'read'): AssayError {
  if (error instanceof AssayError) return error;
  const code = networkCode(error);
  const place = withoutQuery(url);
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return new AssayError('too-large', `the headers of ${place} are too large`, { cause: error });
  }
  const message = `${place} cannot be ${done}: ${networkHint(error)}`;
  return new AssayError('unavailable', message, { cause: error, details: { host: url.host } });
}

/** What trouble of the network means and what to do, in words; never anything of a URL. */
export function networkHint(error: unknown): string {
  const code = networkCode(error);
  return HINTS[code] ?? `${code}; try again`;
}

function networkCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}
