/** The API listener: Google's paths, our own, and health; every route but health needs a caller. */
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Deps } from '../operations/deps.ts';
import { addNotificationRoutes } from './notification-routes.ts';
import { answerBadRequest } from './answer-bad-request.ts';
import { addApiRoutes } from './api-routes.ts';
import { type Authenticator, authenticateCaller, verifiedCertificate } from './authenticate.ts';
import { MAX_CONNECTIONS } from './connection-limit.ts';
import { sendError } from './error-response.ts';
import { splitUrl } from './split-url.ts';
import { addGoogleRoutes } from './google-routes.ts';
import { addMetricsRoute } from './metrics-routes.ts';
import type { RouteContext } from './route-context.ts';
import { OVERSIZE, readBodyCapped } from './read-body.ts';
import { makeHostCheck } from './host-check.ts';
import type { TlsMaterial } from './tls-material.ts';

/** How the API listener is set up. */
export interface HttpOptions {
  readonly tls?: TlsMaterial;
  readonly authenticator: Authenticator;
  /** Names besides loopback's that requests may come to. */
  readonly hosts: readonly string[];
  readonly ready: () => boolean;
  /** The secret of GitHub's webhooks; absent: they are not believed. */
  readonly githubSecret?: string;
}

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Largest path, query and headers together: a filter at its limit, percent-encoded, fits. */
const MAX_HEAD_BYTES = 64 * 1024;

const HEALTH = new Set(['/healthz', '/readyz']);

/** Builds the listener; the caller listens and closes. */
export function buildHttpListener(deps: Deps, options: HttpOptions): FastifyInstance {
  const app: FastifyInstance = fastify({
    ...(options.tls === undefined
      ? { http: { maxHeaderSize: MAX_HEAD_BYTES } }
      : {
          https: {
            ...options.tls,
            requestCert: options.tls.ca !== undefined,
            // Who shows none, or a foreign one, may still have a token.
            rejectUnauthorized: false,
            minVersion: 'TLSv1.2' as const,
            maxHeaderSize: MAX_HEAD_BYTES,
          },
        }),
    clientErrorHandler: answerBadRequest,
    requestTimeout: 60_000,
    forceCloseConnections: true,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 },
    frameworkErrors: (error, request, reply) => void sendError(deps.log, error, { request, reply }),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    refuseEncoding(request.headers['content-encoding']);
    const body = await readBodyCapped(payload, MAX_BODY_BYTES, { readOn: 2 * MAX_BODY_BYTES });
    if (body !== OVERSIZE) return body;
    throw new AssayError('too-large', `the request body is larger than ${MAX_BODY_BYTES} bytes`);
  });
  app.setErrorHandler((error, request, reply) => sendError(deps.log, error, { request, reply }));
  app.setNotFoundHandler((request, reply) =>
    sendError(deps.log, unknownPath(request), { request, reply }),
  );
  addHealthRoutes(app, options.ready);
  const context: RouteContext = { app, deps, callerOf: addAuthentication(app, options) };
  app.server.maxConnections = MAX_CONNECTIONS;
  addGoogleRoutes(context);
  addApiRoutes(context);
  addMetricsRoute(context);
  addNotificationRoutes(context, options);
  return app;
}

/** A compressed body would be a bomb for whoever unpacks it. */
function refuseEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding === 'identity') return;
  const found = `the body has content-encoding ${JSON.stringify(encoding.slice(0, 40))}`;
  throw new AssayError('invalid-argument', `${found}; send it as it is`);
}

/** Where a request keeps its caller: on itself; a map of weak keys is work for the collector. */
const CALLER = 'assayCaller';

/** Authenticates before a body is read; answers how to ask who a request's caller is. */
function addAuthentication(
  app: FastifyInstance,
  { authenticator, hosts }: HttpOptions,
): RouteContext['callerOf'] {
  const checkHost = makeHostCheck(hosts);
  app.decorateRequest(CALLER, undefined);
  app.addHook('onRequest', async (request) => {
    checkHost(request.headers);
    if (HEALTH.has(splitUrl(request.url).path)) return;
    if ('ownAuthentication' in request.routeOptions.config) return;
    const caller = await authenticateCaller(authenticator, {
      authorization: request.headers.authorization,
      address: request.socket.remoteAddress ?? '',
      certificate: verifiedCertificate(request.raw.socket),
    });
    request.setDecorator(CALLER, caller);
  });
  return (request) => {
    const caller = request.getDecorator<Caller | undefined>(CALLER);
    if (caller !== undefined) return caller;
    throw new AssayError('unauthenticated', 'the request has no caller');
  };
}

function addHealthRoutes(app: FastifyInstance, ready: () => boolean): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) =>
    ready() ? { status: 'ready' } : reply.code(503).send({ status: 'starting or stopping' }),
  );
}

function unknownPath(request: FastifyRequest): AssayError {
  const path = (request.url.split('?')[0] ?? '').slice(0, 200);
  const hint = HEALTH.has(path) ? 'use GET' : 'the API is under /v1, /v1beta1 and /api/v1';
  return new AssayError('not-found', `nothing answers ${request.method} ${path}; ${hint}`);
}
