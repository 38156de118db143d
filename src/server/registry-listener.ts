/**
 * The listener of `assay registry serve`: bodies are left as streams, errors are the registry's.
 */
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { RegistryDeps } from '../operations/registry-deps.ts';
import { makeHostCheck } from './host-check.ts';
import { checkProxyTarget, splitProxyTarget } from './proxy-target.ts';
import { addProxyTunnel } from './proxy-tunnel.ts';
import { sendRegistryError } from './registry-error-response.ts';
import { addRegistryRoutes, unknownPath } from './registry-routes.ts';
import type { TlsMaterial } from './tls-material.ts';

/** How the registry's listener is set up. */
export interface RegistryOptions {
  /** Names besides loopback's that requests may come to, in lower case. */
  readonly hosts: readonly string[];
  /** Certificate of these names, for clients that take us for their proxy. */
  readonly tls?: TlsMaterial;
}

/** A large blob over a slow line may take so long, in milliseconds. */
const REQUEST_TIMEOUT = 3_600_000;
/** A connection on which nothing moves is closed after so long, in milliseconds. */
const IDLE_TIMEOUT = 120_000;
const MAX_CONNECTIONS = 512;
const WRONG_HOST = 'call the registry by the address that it listens on, or start it with --host';

/** Builds the listener; the caller listens and closes. */
export function buildRegistryListener(
  deps: RegistryDeps,
  options: RegistryOptions,
): FastifyInstance {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendRegistryError(deps.log, error, { request, reply });
  const app: FastifyInstance = fastify({
    requestTimeout: REQUEST_TIMEOUT,
    connectionTimeout: IDLE_TIMEOUT,
    forceCloseConnections: 'idle',
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength: 8192 },
    rewriteUrl: ({ url = '' }: IncomingMessage) => splitProxyTarget(url).path,
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    refuse(unknownPath(request.method, request.url.split('?')[0] ?? ''), request, reply),
  );
  const checkHost = makeHostCheck(options.hosts, WRONG_HOST);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('docker-distribution-api-version', 'registry/2.0');
    checkProxyTarget(request.raw, request.originalUrl, options.hosts);
    checkHost(request.headers);
  });
  addProxyTunnel(app, { ...options, lifetime: REQUEST_TIMEOUT, idle: IDLE_TIMEOUT });
  addRegistryRoutes(app, deps);
  return app;
}
