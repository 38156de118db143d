/** Who is not known is told so before anything that they send is read. */
import { once } from 'node:events';
import { type IncomingMessage, request as startRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deps } from '../operations/deps.ts';
import { buildHttpListener } from './http-listener.ts';

let app: FastifyInstance;

beforeAll(async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  app = buildHttpListener({ log } as unknown as Deps, {
    authenticator: { findToken: async () => undefined, grants: () => [], openWebhook: false },
    hosts: [],
    ready: () => true,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => app.close());

it.each([
  ['/v1/projects/p/notes', 401],
  ['/api/v1/projects', 401],
  ['/nowhere', 401],
])('a body that never comes is not waited for: %s', async (path, status) => {
  const { port } = app.server.address() as AddressInfo;
  const headers = { 'content-length': '1000000', 'content-type': 'application/json' };
  const request = startRequest({ host: '127.0.0.1', port, path, method: 'POST', headers });
  request.on('error', () => undefined);
  request.write('{');
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(status);
  request.destroy();
});

it('health needs no caller, and connections are bounded', async () => {
  expect((await app.inject('/healthz?x')).statusCode).toBe(200);
  expect(app.server.maxConnections).toBe(2048);
});
