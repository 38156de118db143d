/**
 * The paths of distribution-spec 1.1 as data. They are matched as sent, from their end, because a
 * repository's name has slashes; each part is decoded once and checked by its own grammar.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { registryError } from '../domain/registry-error.ts';
import { parseRepositoryPath } from '../domain/repository-path.ts';
import type { RegistryDeps } from '../operations/registry-deps.ts';
import {
  deleteUpload,
  getBlob,
  getUpload,
  headBlob,
  patchUpload,
  postUpload,
  putUpload,
} from './registry-blob-handlers.ts';
import type { RegistryAnswer, RegistryCall, RegistryHandler } from './registry-call.ts';
import {
  getManifest,
  getTags,
  putManifest,
  removeManifestOrTag,
} from './registry-manifest-handlers.ts';
import { getReferrers } from './registry-referrer-handlers.ts';
import { splitUrl } from './split-url.ts';

interface RegistryRoute {
  /** Group 1 is the repository, group 2 the last part where there is one. */
  readonly path: RegExp;
  readonly handlers: Readonly<Record<string, RegistryHandler>>;
}

/** The first path that matches counts: an upload is no blob of a repository `…/blobs`. */
const ROUTES: readonly RegistryRoute[] = [
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, handlers: { POST: postUpload } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    handlers: { GET: getUpload, PATCH: patchUpload, PUT: putUpload, DELETE: deleteUpload },
  },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, handlers: { GET: getBlob, HEAD: headBlob } },
  {
    path: /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    handlers: {
      GET: getManifest,
      HEAD: getManifest,
      PUT: putManifest,
      DELETE: removeManifestOrTag,
    },
  },
  {
    path: /^\/v2\/(.+)\/referrers\/([^/]+)$/,
    handlers: { GET: getReferrers, HEAD: getReferrers },
  },
  { path: /^\/v2\/(.+)\/tags\/list$/, handlers: { GET: getTags, HEAD: getTags } },
];

const answerVersion = async (): Promise<RegistryAnswer> => ({ status: 200, body: {} });
const VERSION = { GET: answerVersion, HEAD: answerVersion };

/** Adds the version check and every path below it. */
export function addRegistryRoutes(app: FastifyInstance, deps: RegistryDeps): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    send(request, reply, await answerCall(deps, { request, reply }));
  app.all('/v2', answer);
  app.all('/v2/*', answer);
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function answerCall(deps: RegistryDeps, exchange: Exchange): Promise<RegistryAnswer> {
  const { request } = exchange;
  const { path, query } = splitUrl(request.raw.url ?? '');
  if (path === '/v2' || path === '/v2/') return handlerOf(VERSION, exchange)();
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (match === null) continue;
    const handler = handlerOf(route.handlers, exchange);
    return handler(deps, callOf(match, query, request));
  }
  throw unknownPath(request.method, path);
}

function callOf(match: RegExpExecArray, query: string, request: FastifyRequest): RegistryCall {
  return {
    repository: parseRepositoryPath(decode(match[1] ?? '')),
    target: decode(match[2] ?? ''),
    query: new URLSearchParams(query),
    raw: request.raw,
  };
}

/** The error for a path that is none of the registry's. */
export function unknownPath(method: string, path: string): Error {
  const message = `nothing answers ${method} ${path.slice(0, 200)}; see distribution-spec 1.1`;
  return registryError('UNSUPPORTED', message, 404);
}

function handlerOf<Handler>(
  handlers: Readonly<Record<string, Handler>>,
  { request, reply }: Exchange,
): Handler {
  const { method } = request;
  const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (handler !== undefined) return handler;
  const allowed = Object.keys(handlers).join(', ');
  reply.header('allow', allowed);
  throw registryError('UNSUPPORTED', `${method} is not served here; use ${allowed}`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw registryError('NAME_INVALID', `${JSON.stringify(part.slice(0, 160))} is not URL-encoded`);
  }
}

function send(request: FastifyRequest, reply: FastifyReply, answer: RegistryAnswer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  return request.method === 'HEAD' ? reply.send() : reply.send(answer.body);
}
