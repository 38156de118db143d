/** Google's paths: one catch-all per version, told apart by the table of methods. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unknownPathToJson, wrongVerbToJson } from '../google/error-message.ts';
import { matchMethod } from '../google/methods.ts';
import { GOOGLE_HANDLERS } from './google-handlers.ts';
import type { RouteContext } from './route-context.ts';
import { parseJsonBody } from './json-body.ts';
import { splitUrl } from './split-url.ts';

const PREFIXES = ['/v1/*', '/v1beta1/*', '/v1alpha2/*'];

/** Adds the routes of Google's APIs. The path is matched as sent: nothing normalises it before. */
export function addGoogleRoutes(context: RouteContext): void {
  for (const url of PREFIXES) {
    context.app.all(url, (request, reply) => answer(context, request, reply));
  }
}

async function answer(
  { deps, callerOf }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const caller = callerOf(request);
  const { path, query } = splitUrl(request.raw.url ?? '');
  const found = matchMethod(request.method, path);
  if (found === undefined) return reply.code(404).send(unknownPathToJson(path).body);
  if (found.kind === 'wrong-verb') {
    reply.header('allow', found.allowed.join(', '));
    return reply.code(405).send(wrongVerbToJson(request.method, found.allowed).body);
  }
  const { method, resource } = found;
  return GOOGLE_HANDLERS[method.name](deps, {
    caller,
    version: method.version,
    resource,
    query: new URLSearchParams(query),
    body: method.body === undefined ? undefined : parseJsonBody(request.body),
  });
}
