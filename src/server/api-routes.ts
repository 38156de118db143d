/** Our own API: one route per operation of the catalog. */
import type { FastifyRequest } from 'fastify';
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { CATALOG, isOperationName, runOperation } from '../operations/catalog.ts';
import { checkInput } from './api-inputs.ts';
import type { RouteContext } from './route-context.ts';
import { parseJsonBody } from './json-body.ts';

/** Adds the routes of the catalog. */
export function addApiRoutes({ app, deps, callerOf }: RouteContext): void {
  for (const [name, { verb, path }] of Object.entries(CATALOG)) {
    if (!isOperationName(name)) continue;
    app.route({
      method: verb,
      url: path,
      handler: async (request) => {
        const caller = await callerOf(request);
        const input = checkInput(name, readInput(request));
        return { schemaVersion: 1, result: await runOperation(deps, name, { ...input, caller }) };
      },
    });
  }
}

function readInput(request: FastifyRequest): Record<string, unknown> {
  const params = request.params as Record<string, string>;
  const given = request.method === 'POST' ? parseJsonBody(request.body) : request.query;
  if (isJsonObject(given)) return { ...given, ...params };
  throw new AssayError('invalid-argument', 'the request body is not a JSON object');
}
