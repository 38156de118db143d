/** A real server for whole-flow tests: `assay serve` as a child process on free loopback ports. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request as startRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ONLINE, startService } from './assay-service.ts';

/** A running server and how to reach it. */
export interface AssayServer {
  /** e.g. `http://127.0.0.1:40123`. */
  readonly http: string;
  readonly webhook: string;
  /** `HOST:PORT`. */
  readonly grpc: string;
  readonly data: string;
  readonly tokenFile: string;
  /** The authority of the webhook's own certificate (PEM); undefined where files were given. */
  readonly ca: string | undefined;
  /** Calls the API with the admin's token unless told otherwise. */
  call(path: string, options?: ApiCall): Promise<ApiAnswer>;
  /** Sends a review over TLS, verified by the server's own authority. */
  review(body: unknown, path?: string): Promise<ReviewAnswer>;
  /** Ends it by SIGKILL, as a crash does; its folder stays. */
  kill(): Promise<void>;
  /** Ends it by SIGTERM and removes its folder; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** Its whole log, once it has ended. */
  log(): Promise<string>;
}

/** A request of the API; a body that is no text is sent as JSON. */
export interface ApiCall {
  readonly method?: string;
  readonly body?: unknown;
  /** `''` sends none. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of the API, its body parsed. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** An ImageReview's answer. */
export interface ReviewAnswer {
  readonly http: number;
  readonly allowed: boolean;
  readonly reason: string;
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Starts a server on a fresh data folder, or on a given one that then outlives it. */
export async function startAssay(
  options: {
    readonly args?: readonly string[];
    readonly data?: string;
    /** Besides what every test's server has. */
    readonly env?: typeof ONLINE;
  } = {},
): Promise<AssayServer> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'assay-flow-'));
  const listen = ['--http', '127.0.0.1:0', '--webhook', '127.0.0.1:0', '--grpc', '127.0.0.1:0'];
  const args = ['serve', ...listen, '--data', data, ...(options.args ?? [])];
  const service = await startService(args, options.env);
  const {
    http = '',
    webhook = '',
    grpc = '',
    ca: caFile,
    adminTokenFile: tokenFile = '',
  } = service.ready;
  const ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
  // Of several servers over one database only the first has made the token.
  const adminToken = tokenFile === '' ? '' : readFileSync(tokenFile, 'utf8').trim();
  return {
    http,
    webhook,
    grpc,
    data,
    tokenFile,
    ca,
    call: (path, call = {}) => callApi(http + path, { token: adminToken, ...call }),
    review: (body, path = '/image_policy') => sendReview({ url: webhook + path, ca, body }),
    log: () => service.log(),
    kill: async () => void (await service.stop('SIGKILL')),
    stop: async () => {
      const code = await service.stop();
      if (options.data === undefined) rmSync(data, { recursive: true, force: true });
      return code;
    },
  };
}

/** The value at a dotted path of parsed JSON, e.g. `error.message`; undefined where there is none. */
export function valueAt(json: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], json);
}

/** The body of a review that asks about images. */
export function imageReview(
  images: readonly string[],
  annotations: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: 'imagepolicy.k8s.io/v1alpha1',
    kind: 'ImageReview',
    spec: { containers: images.map((image) => ({ image })), annotations, namespace: 'default' },
  };
}

async function callApi(url: string, call: ApiCall): Promise<ApiAnswer> {
  const { body, token = '', method = body === undefined ? 'GET' : 'POST' } = call;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const printed = await answer.text();
  const json: unknown = printed === '' ? undefined : JSON.parse(printed);
  return { status: answer.status, headers: answer.headers, json };
}

interface ReviewRequest {
  readonly url: string;
  readonly ca: string | undefined;
  readonly body: unknown;
}

async function sendReview({ url, ca, body }: ReviewRequest): Promise<ReviewAnswer> {
  const request = startRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
    ...(ca === undefined ? {} : { ca }),
  });
  request.end(typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { status } = JSON.parse(await text(response)) as { status?: Partial<ReviewAnswer> };
  return {
    http: response.statusCode ?? 0,
    allowed: status?.allowed === true,
    reason: status?.reason ?? '',
    auditAnnotations: status?.auditAnnotations ?? {},
  };
}
