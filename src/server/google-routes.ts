/** Google's paths: one catch-all per version, told apart by the table of methods. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssayError } from '../domain/error.ts';
import { unknownPathToJson, wrongVerbToJson } from '../google/error-message.ts';
import { requestFromHttp } from '../google/http-request.ts';
import { matchMethod } from '../google/methods.ts';
import { answerGoogleCall } from './google-handlers.ts';
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
  if (found.kind === 'left-out') throw new AssayError('unsupported', leftOut(found.what));
  if (found.kind === 'wrong-verb') {
    reply.header('allow', found.allowed.join(', '));
    return reply.code(405).send(wrongVerbToJson(request.method, found.allowed).body);
  }
  const { method, version, resource, location, binding } = found;
  return answerGoogleCall(deps, method, () => ({
    caller,
    version,
    resource,
    ...(location !== undefined && { location }),
    request: requestFromHttp(
      found,
      query,
      binding.body === undefined ? undefined : parseJsonBody(request.body),
    ),
  }));
}

function leftOut(what: string): string {
  return `${what}: not supported by this release, left for a later one`;
}
