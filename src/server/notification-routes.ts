/**
 * What registries tell, over HTTP. Each shape shows in its own way who it is; strangers are turned
 * away before a body is read, or, where the body is signed, before it is parsed. A token in an
 * address is repeated neither in an answer nor in a log.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { parseProjectId } from '../domain/resource-name.ts';
import {
  authenticateGithub,
  refuseUnsigned,
  refuseWideToken,
} from '../operations/authenticate-sender.ts';
import { receiveNotification } from '../operations/receive-notification.ts';
import { NOTIFICATION_TABLE, type NotificationRow } from '../registries/notification-table.ts';
import { type Authenticator, authenticateCaller, verifiedCertificate } from './authenticate.ts';
import { parseJsonBody } from './json-body.ts';
import { OVERSIZE, readBodyCapped } from './read-body.ts';
import type { RouteContext } from './route-context.ts';

/** Largest notification, in bytes: those of GitHub, the longest, have some tens of KB. */
const MAX_NOTIFICATION_BYTES = 1024 * 1024;
const ROOT = '/api/v1/notifications';
const OWN_TOKEN = /^assay_[\w-]{20,200}$/;
const SIGNATURE = 'x-hub-signature-256';

/** Says that a route finds out by itself who calls. */
export const OWN_AUTHENTICATION = { config: { ownAuthentication: true } } as const;

/** Whom to believe. */
export interface NotificationSenders {
  readonly authenticator: Authenticator;
  /** The secret of GitHub's webhooks; absent: they are not believed. */
  readonly githubSecret?: string;
}

const CALLER = 'assaySender';

/** Adds a route per shape. */
export function addNotificationRoutes(
  { app, deps }: Pick<RouteContext, 'app' | 'deps'>,
  senders: NotificationSenders,
): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', readNotification);
    scope.decorateRequest(CALLER, undefined);
    for (const row of NOTIFICATION_TABLE) addRoutes(scope, { deps, row, senders });
    scope.all(`${ROOT}/*`, OWN_AUTHENTICATION, () => Promise.reject(unknownShape()));
  });
}

interface Route {
  readonly deps: RouteContext['deps'];
  readonly row: NotificationRow;
  readonly senders: NotificationSenders;
}

function addRoutes(scope: FastifyInstance, route: Route): void {
  const { row, senders } = route;
  const paths = row.proofs.includes('path') ? ['', '/:token'] : [''];
  for (const end of paths) {
    scope.route({
      method: 'POST',
      url: `${ROOT}/${row.name}${end}`,
      ...OWN_AUTHENTICATION,
      onRequest: async (request) => {
        request.setDecorator(CALLER, await callerBefore(request, row, senders));
      },
      handler: (request, reply) => {
        reply.code(202);
        return take(request, route);
      },
    });
  }
}

/** Who calls, as far as it can be told before the body is read. */
async function callerBefore(
  request: FastifyRequest,
  { proofs }: NotificationRow,
  { authenticator, githubSecret }: NotificationSenders,
): Promise<Caller | undefined> {
  if (proofs.includes('hmac')) {
    refuseUnsigned(githubSecret, headerOf(request, SIGNATURE));
    return undefined;
  }
  const { token } = request.params as { token?: string };
  const shown = token ?? (proofs.includes('basic') ? passwordOf(request) : undefined);
  if (shown !== undefined) return refuseWideToken(await callerOfOwn(authenticator, shown));
  return authenticateCaller(authenticator, {
    authorization: request.headers.authorization,
    address: request.socket.remoteAddress ?? '',
    certificate: verifiedCertificate(request.raw.socket),
  });
}

async function callerOfOwn(authenticator: Authenticator, secret: string): Promise<Caller> {
  const caller = OWN_TOKEN.test(secret) ? await authenticator.findToken(secret) : undefined;
  if (caller !== undefined) return caller;
  const message = 'the token in the address is not known here, has expired or was revoked';
  throw new AssayError('unauthenticated', `${message}; make one: assay token create`);
}

/** Credentials in an address (`https://assay:TOKEN@HOST/…`) come as the header of Basic. */
function passwordOf({ headers }: FastifyRequest): string | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(headers.authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

async function take(request: FastifyRequest, { deps, row, senders }: Route): Promise<unknown> {
  const caller = senderOf(request, senders);
  const { project, registry } = request.query as { project?: unknown; registry?: unknown };
  const body = parseJsonBody(request.body);
  if (!isJsonObject(body)) {
    throw new AssayError('invalid-argument', 'the notification is not a JSON object');
  }
  const events = row.parse(body, { registry: textOf('registry', registry) });
  const named = textOf('project', project);
  const of = named === undefined ? {} : { project: parseProjectId(named) };
  const result = await receiveNotification(deps, { caller, shape: row.name, events, ...of });
  return { schemaVersion: 1, result };
}

function senderOf(request: FastifyRequest, { githubSecret }: NotificationSenders): Caller {
  const known = request.getDecorator<Caller | undefined>(CALLER);
  if (known !== undefined) return known;
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  return authenticateGithub(githubSecret, { header: headerOf(request, SIGNATURE), body });
}

function textOf(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value.length <= 256)) return value;
  throw new AssayError('invalid-argument', `the query names ${name} twice, or too long`);
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  return [headers[name]].flat()[0];
}

async function readNotification(request: FastifyRequest, payload: IncomingMessage) {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new AssayError('invalid-argument', 'the notification is compressed; send it as it is');
  }
  const readOn = 2 * MAX_NOTIFICATION_BYTES;
  const body = await readBodyCapped(payload, MAX_NOTIFICATION_BYTES, { readOn });
  if (body !== OVERSIZE) return body;
  const message = `the notification is larger than ${MAX_NOTIFICATION_BYTES} bytes`;
  throw new AssayError('too-large', message);
}

function unknownShape(): AssayError {
  const shapes = NOTIFICATION_TABLE.map(({ name }) => name).join(', ');
  return new AssayError('not-found', `notifications are taken by POST to ${ROOT}/ and ${shapes}`);
}
