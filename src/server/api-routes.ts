/** Our own API: one route per operation of the catalog. */
import type { FastifyRequest } from 'fastify';
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import {
  CATALOG,
  type OperationName,
  isOperationName,
  runOperation,
} from '../operations/catalog.ts';
import { checkInput } from './api-inputs.ts';
import type { RouteContext } from './route-context.ts';
import { parseJsonBody } from './json-body.ts';
import { createTurnstile } from './turnstile.ts';

/** Operations that read whole images or exports. */
const HEAVY: ReadonlySet<OperationName> = new Set([
  'scan-image',
  'import-advisories',
  'update-advisories',
]);
const HEAVY_LIMITS = { running: 2, waiting: 16 };

/** Adds the routes of the catalog. */
export function addApiRoutes({ app, deps, callerOf }: RouteContext): void {
  const turn = createTurnstile(HEAVY_LIMITS);
  for (const [name, { verb, path }] of Object.entries(CATALOG)) {
    if (!isOperationName(name)) continue;
    app.route({
      method: verb,
      url: path,
      handler: async (request) => {
        const caller = callerOf(request);
        const input = checkInput(name, readInput(request));
        const run = (): Promise<unknown> => runOperation(deps, name, { ...input, caller });
        return { schemaVersion: 1, result: await (HEAVY.has(name) ? turn(run) : run()) };
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
