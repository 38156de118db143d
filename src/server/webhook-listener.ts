/**
 * The webhook listener: ImageReviews over TLS in, answers out. Whatever comes in, a valid
 * ImageReview that denies is the worst that goes out.
 */
import type { IncomingMessage } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { parseClusterKey, parseProjectId } from '../domain/resource-name.ts';
import type { AdmissionRequest } from '../domain/verdict.ts';
import { formatImageReview, parseImageReview } from '../kubernetes/image-review.ts';
import { type Admission, admitImages, refuseAdmission } from '../operations/admit-images.ts';
import { requireProject } from '../operations/create-project.ts';
import type { Deps } from '../operations/deps.ts';
import { answerBadHttp } from './answer-bad-http.ts';
import { type Authenticator, authenticateWebhook, verifiedCertificate } from './authenticate.ts';
import { MAX_CONNECTIONS } from './connection-limit.ts';
import { OVERSIZE, readBodyCapped } from './read-body.ts';
import type { TlsMaterial } from './tls-material.ts';

/** How the webhook listener is set up. */
export interface WebhookOptions {
  readonly tls: TlsMaterial;
  readonly authenticator: Authenticator;
  /** Project of paths that name none. */
  readonly project: string;
  /** Cluster of paths that name none. */
  readonly cluster?: string;
}

/** Largest review that is read, in bytes; the API server's own limit for objects is below it. */
export const MAX_REVIEW_BYTES = 3 * 1024 * 1024;

const PATHS = [
  '/image_policy',
  '/webhook/image-review',
  '/webhook/image-review/projects/:project/clusters/:cluster',
];

/** Builds the listener; the caller listens and closes. */
export function buildWebhookListener(deps: Deps, options: WebhookOptions) {
  const app = fastify({
    https: {
      ...options.tls,
      requestCert: options.tls.ca !== undefined,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    },
    requestTimeout: 30_000,
    forceCloseConnections: true,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    exposeHeadRoutes: false,
    clientErrorHandler: answerBadHttp,
    frameworkErrors: (cause, request, reply) => {
      const error = new AssayError('invalid-argument', cause.message, { cause });
      void refuse(deps, options, { request, reply, error });
    },
  });
  app.removeAllContentTypeParsers();
  // Named beside the rest because fastify finds a named type without parsing the header anew.
  app.addContentTypeParser(
    ['application/json', '*'],
    (_request: FastifyRequest, payload: IncomingMessage) =>
      readBodyCapped(payload, MAX_REVIEW_BYTES),
  );
  // Before a body is read: who may not ask does not make us hold what they send.
  app.addHook('onRequest', async (request) => {
    CALLERS.set(request, await authenticate(request, options.authenticator));
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  for (const url of PATHS) {
    app.post(url, (request, reply) => review(deps, options, { request, reply }));
  }
  app.setNotFoundHandler((request, reply) =>
    refuse(deps, options, { request, reply, error: notFound(request) }),
  );
  app.setErrorHandler((error, request, reply) => refuse(deps, options, { request, reply, error }));
  return app;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Callers of requests under way. */
const CALLERS = new WeakMap<FastifyRequest, Caller>();

function authenticate(request: FastifyRequest, authenticator: Authenticator): Promise<Caller> {
  return authenticateWebhook(authenticator, {
    authorization: request.headers.authorization,
    address: request.socket.remoteAddress ?? '',
    certificate: verifiedCertificate(request.raw.socket),
  });
}

async function review(deps: Deps, options: WebhookOptions, { request, reply }: Exchange) {
  const caller = CALLERS.get(request);
  if (caller === undefined) throw new AssayError('unauthenticated', 'the request has no caller');
  const asked = toAdmissionRequest(request, options);
  return send(reply, await admitImages(deps, { caller, request: asked }));
}

function toAdmissionRequest(request: FastifyRequest, options: WebhookOptions): AdmissionRequest {
  return {
    ...place(request, options),
    ...parseImageReview(parseBody(request.body)),
    source: 'image-review',
  };
}

function place(
  request: FastifyRequest,
  options: WebhookOptions,
): { project: string; cluster?: string } {
  const { project, cluster } = (request.params ?? {}) as { project?: string; cluster?: string };
  const named = cluster ?? (project === undefined ? options.cluster : undefined);
  if (named !== undefined) parseClusterKey(named);
  return {
    project: projectOf(request, options),
    ...(named === undefined ? {} : { cluster: named }),
  };
}

/** The project that the path names, else the one of paths that name none. */
function projectOf({ params }: FastifyRequest, options: WebhookOptions): string {
  const { project } = (params ?? {}) as { project?: string };
  return project === undefined ? options.project : parseProjectId(project);
}

/**
 * Who may not ask about a project, or asks on a path that nothing answers, writes nothing into any
 * log of decisions: it would grow by whatever comes along.
 */
function isRecorded(request: FastifyRequest, error: unknown): boolean {
  return CALLERS.has(request) && !request.is404 && !isAssayError(error, 'permission-denied');
}

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true });

function parseBody(body: unknown): unknown {
  if (body === OVERSIZE) {
    throw new AssayError('too-large', `the review is larger than ${MAX_REVIEW_BYTES} bytes`);
  }
  if (!(body instanceof Uint8Array) || body.length === 0) {
    throw new AssayError('invalid-argument', 'the review has no body; send an ImageReview as JSON');
  }
  try {
    return JSON.parse(STRICT_UTF8.decode(body));
  } catch (cause) {
    throw new AssayError(
      'invalid-argument',
      `the review is not JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function notFound(request: FastifyRequest): AssayError {
  const path = request.url.split('?')[0] ?? '';
  return new AssayError(
    'not-found',
    `nothing answers ${request.method} ${path.slice(0, 200)}; POST to /image_policy or ` +
      '/webhook/image-review[/projects/P/clusters/LOCATION.NAME]',
  );
}

/** The one catch: any error becomes a denial, recorded where it is of a known project. */
async function refuse(
  deps: Deps,
  options: WebhookOptions,
  failed: Exchange & { readonly error: unknown },
): Promise<unknown> {
  const { request, reply, error } = failed;
  const known = error instanceof AssayError;
  if (!known) deps.log.error({ err: error, request: request.id }, 'review failed');
  const message = known
    ? error.message
    : `internal error (request ${request.id}); see the server's log`;
  const refusal = {
    sentence: `Denied: ${message}`,
    found: message,
    wanted: 'an ImageReview of imagepolicy.k8s.io/v1alpha1',
    fix: 'correct the API server’s webhook configuration, or read the server’s log',
  };
  const bare = formatImageReview({
    allowed: false,
    reason: refusal.sentence,
    auditAnnotations: {},
  });
  if (!isRecorded(request, error)) return reply.code(200).send(bare);
  try {
    const project = projectOf(request, options);
    await requireProject(deps, project);
    const empty = { source: 'image-review', project, annotations: {}, images: [] } as const;
    return await send(reply, await refuseAdmission(deps, { request: empty, refusal }));
  } catch (cause) {
    const unknown = isAssayError(cause, 'invalid-name') || isAssayError(cause, 'not-found');
    if (!unknown) {
      deps.log.error({ err: cause, request: request.id }, 'denial could not be recorded');
    }
    return reply.code(200).send(bare);
  }
}

function send(reply: FastifyReply, admission: Admission): FastifyReply {
  return reply
    .code(200)
    .header('content-type', 'application/json')
    .send(JSON.stringify(formatImageReview(admission)));
}
