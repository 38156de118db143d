/** Asking the webhook in every way that a client can, also in ways that no API server does. */
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as startRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';

/** Where a webhook listens, whom to trust, and who asks. */
export interface WebhookTarget {
  /** e.g. `https://127.0.0.1:8443`. */
  readonly webhook: string;
  /** Authority (PEM) that must have signed the server's certificate. */
  readonly ca: string | undefined;
  /** Client certificate and key (PEM). */
  readonly cert?: string;
  readonly key?: string;
}

/** One request; everything may be odd. */
export interface WebhookAsk {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Parts are sent one after another, chunked unless a Content-Length is given. */
  readonly body?: string | Uint8Array | Iterable<Uint8Array>;
}

/** What came back, read as an answer to an ImageReview. */
export interface WebhookAnswer {
  readonly http: number;
  readonly contentType: string;
  readonly json: {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly status?: {
      readonly allowed?: unknown;
      readonly reason?: string;
      readonly auditAnnotations?: Readonly<Record<string, string>>;
    };
  };
}

/** Sends one request on a connection of its own and reads the whole answer. */
export async function askWebhook(
  target: WebhookTarget,
  ask: WebhookAsk = {},
): Promise<WebhookAnswer> {
  const { method = 'POST', path = '/image_policy', headers = {}, body = '' } = ask;
  const { hostname, port } = new URL(target.webhook);
  const request = startRequest({
    hostname,
    port,
    // As written: a URL would tidy dots and signs of percent away.
    path,
    method,
    headers: { 'content-type': 'application/json', ...lengthOf(body), ...headers },
    agent: false,
    ...identityOf(target),
  });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  const [[response]] = await Promise.all([answered, sendBody(request, body)]);
  return {
    http: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    json: JSON.parse(await text(response)) as WebhookAnswer['json'],
  };
}

async function sendBody(request: ClientRequest, body: NonNullable<WebhookAsk['body']>) {
  const parts = typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
  for (const part of parts) if (!request.write(part)) await once(request, 'drain');
  request.end();
}

/** GET and DELETE have a body only where a length says so. */
function lengthOf(body: WebhookAsk['body'] = ''): Record<string, string> {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return {};
  return { 'content-length': String(Buffer.byteLength(body)) };
}

/**
 * Sends bytes as they are and gives everything that came back until the server ended it; with
 * `end` the client says at once that it has no more to send.
 */
export async function sendBytes(
  target: WebhookTarget,
  bytes: string | Uint8Array,
  { end = false }: { readonly end?: boolean } = {},
): Promise<string> {
  const { hostname, port } = new URL(target.webhook);
  const socket = connect({ ...identityOf(target), host: hostname, port: Number(port) });
  socket.write(bytes);
  if (end) socket.end();
  return text(socket);
}

/** Only what TLS is to know, whatever else a caller's target has. */
function identityOf({ ca, cert, key }: WebhookTarget): object {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
  };
}
