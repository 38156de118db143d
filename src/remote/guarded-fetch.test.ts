/** Requests to hosts that somebody configured: they end where they were checked, or nowhere. */
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  type LoopbackServer,
  startLoopbackServer,
} from '../../test/support/loopback-server.ts';
import { makeAuthority, makeServerCertificate } from '../server/make-certificates.ts';
import {
  type GuardedAnswer,
  type GuardedFetch,
  type GuardedFetchOptions,
  openGuardedFetch,
} from './guarded-fetch.ts';

const FLAG = '--allow-destination';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(answer: Answer): Promise<LoopbackServer> {
  const server = await startLoopbackServer(answer);
  closing.push(() => server.close());
  return server;
}

function open(options: Partial<GuardedFetchOptions> = {}): GuardedFetch {
  const fetch = openGuardedFetch({ allowed: ['127.0.0.0/8'], flag: FLAG, ...options });
  closing.push(() => fetch.close());
  return fetch;
}

function post(fetch: GuardedFetch, url: string, timeoutMs = 5000): Promise<GuardedAnswer> {
  const headers = { 'content-type': 'application/json' };
  return fetch.send({ url: new URL(url), method: 'POST', headers, body: '{}', timeoutMs });
}

describe('a guarded request', () => {
  it('arrives as it was sent, under the host’s own name', async () => {
    let host: string | undefined;
    const server = await serve((_seen, response) => {
      host = response.req.headers.host;
      response.end('thanks');
    });
    const port = server.host.split(':')[1];
    const addressesOf = async (): Promise<string[]> => ['127.0.0.1'];
    const answer = await post(open({ addressesOf }), `http://hooks.test:${port}/a?b=1`);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.read(10)).toString()).toBe('thanks');
    expect(host).toBe(`hooks.test:${port}`);
    expect(server.seen).toMatchObject([{ method: 'POST', url: '/a?b=1', body: '{}' }]);
  });

  it('goes to the next address where the first does not answer', async () => {
    const server = await serve((_seen, response) => void response.end());
    const port = server.host.split(':')[1];
    const addressesOf = async (): Promise<string[]> => ['127.0.0.9', '127.0.0.1'];
    const answer = await post(open({ addressesOf }), `http://hooks.test:${port}/`);
    expect(answer.status).toBe(200);
  });

  it('rebinding: a name that turns inward after it was checked is not called', async () => {
    const server = await serve((_seen, response) => void response.end());
    const port = server.host.split(':')[1];
    const told = [['203.0.113.1'], ['127.0.0.1']];
    const addressesOf = async (): Promise<string[]> => told.shift() ?? ['127.0.0.1'];
    const fetch = open({ allowed: [], addressesOf });
    const url = `https://rebound.example:${port}/`;
    await expect(fetch.check(new URL(url))).resolves.toBeUndefined();
    await expect(post(fetch, url)).rejects.toMatchObject({ code: 'permission-denied' });
    expect(server.seen).toEqual([]);
  });

  it('rebinding: the name is asked once a connection, and the answer is what is dialled', async () => {
    const server = await serve((_seen, response) => void response.end());
    const port = server.host.split(':')[1];
    let asked = 0;
    const addressesOf = async (): Promise<string[]> => {
      asked += 1;
      return asked === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    };
    const answer = await post(open({ addressesOf }), `http://hooks.test:${port}/`);
    expect([answer.status, asked]).toEqual([200, 1]);
  });

  it('TLS: the checked address is dialled, and has to prove the host’s own name', async () => {
    const authority = await makeAuthority(Date.now());
    const pair = await makeServerCertificate(authority, ['hooks.test'], Date.now());
    let asked: string | false | null | undefined;
    const tls = { cert: pair.certificate, key: pair.key };
    const server = createTlsServer(tls, (request, response) => {
      asked = (request.socket as TLSSocket).servername;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => void server.close());
    const addressesOf = async (): Promise<string[]> => ['127.0.0.1'];
    const fetch = open({ addressesOf, ca: authority.certificate });
    expect((await post(fetch, `https://hooks.test:${portOf(server)}/`)).status).toBe(200);
    expect(asked).toBe('hooks.test');
    const misnamed = post(fetch, `https://other.test:${portOf(server)}/`);
    await expect(misnamed).rejects.toThrow('its certificate is for another host');
    const unknown = post(open({ addressesOf }), `https://hooks.test:${portOf(server)}/`);
    await expect(unknown).rejects.toThrow('its certificate is not trusted');
  });

  it('a redirect to metadata is an answer, not a way', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end();
    });
    const answer = await post(open(), `http://${server.host}/`);
    expect(answer.status).toBe(307);
    await answer.discard();
    expect(server.seen).toHaveLength(1);
  });

  it('a huge body is not read beyond its cap, and let go unread', async () => {
    const endless = await serve((_seen, response) => {
      response.on('error', () => undefined);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const fetch = open();
    const url = `http://${endless.host}/`;
    await expect((await post(fetch, url)).read(1000)).rejects.toMatchObject({ code: 'too-large' });
    await expect((await post(fetch, url)).discard()).resolves.toBeUndefined();
  });

  it.each([
    ['never answers', () => undefined],
    ['drips headers', (socket: { write: (text: string) => void }) => socket.write('HTTP/1.1 200')],
    ['closes', (socket: { destroy: () => void }) => socket.destroy()],
    ['speaks no HTTP', (socket: { end: (text: string) => void }) => socket.end('SSH-2.0-x\r\n')],
  ])('a receiver that %s is given up', async (_attack, answer) => {
    const server = await rawServer((socket) => answer(socket as never));
    const sent = post(open(), `http://127.0.0.1:${portOf(server)}/token`, 300);
    await expect(sent).rejects.toMatchObject({ code: 'unavailable' });
    await expect(sent).rejects.not.toThrow('token');
  });

  it('headers beyond their cap are given up', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'x-long': 'x'.repeat(60_000) }).end();
    });
    await expect(post(open(), `http://${server.host}/`)).rejects.toThrow('127.0.0.1');
  });
});

async function rawServer(answer: (socket: unknown) => void): Promise<Server> {
  const sockets = new Set<{ destroy: () => void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
