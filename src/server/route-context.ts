/** What every family of routes is given. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';
import type { Deps } from '../operations/deps.ts';

/** What routes are given: the operations' effects and who calls. */
export interface RouteContext {
  readonly app: FastifyInstance;
  readonly deps: Deps;
  readonly callerOf: (request: FastifyRequest) => Caller;
}
