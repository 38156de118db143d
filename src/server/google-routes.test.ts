/** What a path is told that no method has, or a method that is not served. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deps } from '../operations/deps.ts';
import { buildHttpListener } from './http-listener.ts';

let app: FastifyInstance;

beforeAll(() => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  app = buildHttpListener({ log } as unknown as Deps, {
    authenticator: {
      findToken: async () => undefined,
      grants: () => [],
      anonymousRole: 'viewer',
      openWebhook: false,
    },
    hosts: [],
    ready: () => true,
  });
});

afterAll(() => app.close());

describe('a path of Google’s', () => {
  it.each([
    ['GET', '/v1/projects/p/platforms/gke/policies', 501, 'platform policies: not supported'],
    ['PUT', '/v1alpha2/projects/p/continuousValidationConfig', 501, 'continuous validation'],
    ['POST', '/v1/projects/p/locations/us/scans:analyzePackages', 501, 'on-demand scanning'],
    ['GET', '/v1/projects/p/locations/us/keyRings/r/cryptoKeys', 501, 'key management (KMS)'],
    ['DELETE', '/v1/projects/p/locations/us/repositories/r', 501, 'DeleteRepository is not supp'],
    ['POST', '/v1/projects/p/resources/https://h/i@sha256:0:exportSBOM', 501, 'ExportSBOM is not'],
    ['PUT', '/v1/projects/p/notes/n', 405, '"PUT" is not known here; use GET, DELETE, PATCH'],
    ['GET', '/v1/projects/p/nothing', 404, 'no method has the path "/v1/projects/p/nothing"'],
    ['GET', '/v1alpha2/projects/p/notes', 404, 'no method has the path'],
    ['GET', '/v1/projects/p/notes/%E9', 400, 'broken percent-encoding'],
  ])('%s %s is answered by %i', async (method, url, status, message) => {
    const answer = await app.inject({ method: method as 'GET', url });
    const { error } = answer.json<{ readonly error: { readonly message: string } }>();
    expect([answer.statusCode, error.message]).toEqual([
      status,
      expect.stringContaining(message) as unknown,
    ]);
  });
});
